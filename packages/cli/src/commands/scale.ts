import type { Command } from 'commander';
import type { ScaleFlags } from '../up/scale.ts';

const EXAMPLES = `
Examples:
  $ baton scale billing-department=3
  $ baton scale billing-department=2 technical-support=4`;

/** `baton scale`: more or fewer processes of an agent while the mesh runs. */
export function declareScale(program: Command): void {
  program
    .command('scale')
    .description('change how many processes agents of a running mesh have')
    .argument('<agent=n...>', 'an agent (or owner/agent) and its number of replicas, 0 to 1000')
    .option('--json', 'print {agent, before, after}, one a line')
    .option('--server <url>', 'the broker (default: NATS_URL, then the one "baton up" started here)')
    .addHelpText('after', EXAMPLES)
    .action(async (changes: string[], flags: ScaleFlags) => {
      const { scale } = await import('../up/scale.ts');
      await scale(changes, flags);
    });
}
