import type { Command } from 'commander';
import type { AutoscaleFlags } from '../autoscale/autoscale.ts';

const EXAMPLES = `
Examples:
  $ baton autoscale
  $ baton autoscale billing-department --mesh shop.yaml
  $ baton autoscale --once --json

Agents are scaled that have bounds in the mesh file: "scale: { min: 1, max: 8 }". "baton up" does this by itself; the
command is for a mesh that came up without them. docs/autoscale.md has the rule.`;

/** `baton autoscale`: the number of an agent's processes follows its load, between bounds. */
export function declareAutoscale(program: Command): void {
  program
    .command('autoscale')
    .description('scale agents of a running mesh by their load, between the bounds of the mesh file')
    .argument('[agents...]', 'agents of the mesh file (default: all that have a "scale")')
    .option('--mesh <file>', 'the mesh file', 'mesh.yaml')
    .option('--once', 'look and scale once, then end; down, which takes time, only to the upper bound')
    .option(
      '--json',
      'print {agent, before, after, wanted, busy, waiting, capacity}, one a line; at changes, with --once always',
    )
    .option('--server <url>', 'the broker (default: NATS_URL, then the one "baton up" started here)')
    .addHelpText('after', EXAMPLES)
    .action(async (agents: string[], flags: AutoscaleFlags) => {
      const { runAutoscale } = await import('../autoscale/autoscale.ts');
      await runAutoscale(agents, flags);
    });
}
