import type { Command } from 'commander';
import type { BenchFlags } from '../bench/flags.ts';

const EXAMPLES = `
Scenarios: handoff, stream, chain, scale, durable, registry, startup. All of them take about two minutes.

Examples:
  $ baton bench
  $ baton bench handoff stream --rounds 9
  $ baton bench handoff --save before.jsonl      # ... change something ...
  $ baton bench handoff --compare before.jsonl

X is the ratio to bare NATS on the same broker, in the same round. docs/performance.md says what is measured, and how.`;

/** `baton bench`: what Baton costs, beside bare NATS. */
export function declareBench(program: Command): void {
  program
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
}
