import type { Command } from 'commander';
import type { AttachFlags } from '../durable/attach.ts';

const EXAMPLES = `
Examples:
  $ baton attach 01K9Z2M3T7V5B8Q0XW4R6Y1NAC
  $ baton attach 01K9Z2M3T7V5B8Q0XW4R6Y1NAC --from 17

Ctrl-C ends this command, not the run; "baton cancel" ends the run.`;

/** `baton attach`: follows a question that was asked with `--durable` to its end. */
export function declareAttach(program: Command): void {
  program
    .command('attach')
    .description('follow the answer to a question that was asked with --durable')
    .argument('<id>', 'the id, as "baton ask --durable" printed it')
    .option('--from <seq>', 'go on after this piece; Ctrl-C tells which was the last')
    .option('--server <url>', 'the broker (default: NATS_URL, then the one "baton up" started here)')
    .addHelpText('after', EXAMPLES)
    .action(async (id: string, flags: AttachFlags) => {
      const { attach } = await import('../durable/attach.ts');
      await attach(id, flags);
    });
}
