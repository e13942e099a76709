import type { Command } from 'commander';
import type { PsFlags } from '../ps/ps.ts';

const EXAMPLES = `
Examples:
  $ baton ps
  $ baton ps --watch
  $ baton ps --json | jq '.[] | select(.state == "busy")'
  $ baton ps --load --json | jq '.[] | {agent, busyShare, queueDepth}'`;

/** `baton ps`: the agent instances that are alive now. */
export function declarePs(program: Command): void {
  program
    .command('ps')
    .description('list every live agent instance')
    .option('--json', 'print a JSON array; with --watch, one a line at each change')
    .option('--watch', 'keep the list up to date until Ctrl-C')
    .option('--load', 'list the agents instead: how busy each is, and how much durable work waits for it')
    .option('--server <url>', 'the broker (default: NATS_URL, then the one "baton up" started here)')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: PsFlags) => {
      const { ps } = await import('../ps/ps.ts');
      await ps(flags);
    });
}
