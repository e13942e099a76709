import type { Command } from 'commander';
import type { CancelFlags } from '../cancel/cancel.ts';

const EXAMPLES = `
Examples:
  $ baton cancel 01K9Z2M3T7V5B8Q0XW4R6Y1NAC
  $ baton cancel 01K9Z2M3T7V5B8Q0XW4R6Y1NAC --json`;

/** `baton cancel`: stops a question or a handoff wherever it is worked on. */
export function declareCancel(program: Command): void {
  program
    .command('cancel')
    .description('stop a question or handoff by its id, with all that was handed on from it')
    .argument('<id>', 'the id, as "baton ask --json" and the agents\' logs tell it')
    .option('--json', 'print {"id", "agents"}: who was at work on it')
    .option('--server <url>', 'the broker (default: NATS_URL, then the one "baton up" started here)')
    .addHelpText('after', EXAMPLES)
    .action(async (id: string, flags: CancelFlags) => {
      const { cancel } = await import('../cancel/cancel.ts');
      await cancel(id, flags);
    });
}
