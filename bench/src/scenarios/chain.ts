import { roundsOf, type Scenario } from '../bench.ts';
import { connectCallers } from '../callers.ts';
import { rawSubject, startEchoes } from '../echoes.ts';
import { measurePair } from '../measure-pair.ts';
import type { Row } from '../report.ts';
import { textOf } from '../workload.ts';

const IN_FLIGHT = 64;
const TEXT = textOf(1024);

/** A question handed on from agent to agent; the answer comes back through all of them. The ask is the first hop. */
export const chain: Scenario = {
  name: 'chain',
  about: 'a question of 1 KB handed on from agent to agent, each of which waits for the answer (nested)',
  unit: 'hops',
  headline: 'callsPerS',
  async run(bench) {
    const rounds = roundsOf(bench.pace, 5);
    const lengths = bench.pace.quick ? [1, 3] : [1, 3, 8];
    const longest = Math.max(...lengths);
    bench.progress('starting');
    // One chain for all: the shorter ones begin further down.
    const names = Array.from({ length: longest }, (_, index) => `link-${longest - index}`);
    const { raw, baton } = await startEchoes(bench, names);
    await using callers = await connectCallers(bench);
    const rows: Row[] = [];
    for (const hops of lengths) {
      const first = names.length - hops;
      const target = names[first] as string;
      const subject = rawSubject(bench, target);
      rows.push(
        ...(await measurePair(bench, {
          name: 'nested',
          size: hops,
          rounds,
          label: `${hops} hops`,
          inFlight: IN_FLIGHT,
          raw: { call: () => callers.raw.echo(subject, TEXT), processes: raw.slice(first) },
          baton: { call: () => callers.baton.echo(target, TEXT), processes: baton.slice(first) },
        })),
      );
    }
    return { rounds, rows };
  },
};
