import type { Command } from 'commander';
import type { BenchFlags } from '../bench/flags.ts';
import type { SimulateFlags } from '../bench/simulate.ts';

const EXAMPLES = `
Scenarios: handoff, stream, chain, scale, durable, registry, startup. All of them take about two minutes.
"baton bench simulate" is no measurement and not among them.

Examples:
  $ baton bench
  $ baton bench handoff stream --rounds 9
  $ baton bench handoff --save before.jsonl      # ... change something ...
  $ baton bench handoff --compare before.jsonl

X is the ratio to bare NATS on the same broker, in the same round. docs/performance.md says what is measured, and how.`;

const SIMULATE_EXAMPLES = `
Examples:
  $ baton bench simulate
  $ baton bench simulate --agents 1e4 --seed 7 --json

It measures nothing but what a heartbeat costs; docs/scaling.md says what is simulated, and what follows from it.`;

/** `baton bench`: what Baton costs, beside bare NATS. */
export function declareBench(program: Command): void {
  const bench = program
    .command('bench')
    .description('measure what Baton costs, beside bare NATS on the same broker')
    .argument('[scenarios...]', 'what to measure (default: everything)')
    .option('--rounds <n>', 'measure so many times (default: 2 to 5, by scenario)')
    .option('--quick', 'a look within 20 s instead of a measurement')
    .option('--json', 'print one JSON object a scenario')
    .option('--save <file>', 'write the same objects to a file')
    .option('--compare <file>', 'show what has changed since a file was saved')
    .option('--server <url>', 'a broker that runs already (default: one of its own, for the time of the run)')
    .addHelpText('after', EXAMPLES)
    .action(async (scenarios: string[], flags: BenchFlags) => {
      const { bench } = await import('../bench/bench.ts');
      await bench(scenarios, flags);
    });
  bench
    .command('simulate')
    .description('plan past one machine: the registry and dispatch simulated, without a broker')
    .option('--agents <n>', 'agents and workers of the largest case, 10 to 1e6 (dispatch: up to 1e5)', '1e5')
    .option('--seed <n>', 'the same seed gives the same figures', '1')
    .option('--json', 'print one JSON object')
    .addHelpText('after', SIMULATE_EXAMPLES)
    .action(async (_flags: SimulateFlags, command: Command) => {
      const { simulateMesh } = await import('../bench/simulate.ts');
      // `bench` has a --json too, and takes it wherever it stands.
      await simulateMesh(command.optsWithGlobals<SimulateFlags>());
    });
}
