import { roundsOf, type Scenario } from '../bench.ts';
import { measureBesideRaw } from '../beside-raw.ts';
import { connectCallers } from '../callers.ts';
import { rawSubject, startEchoes } from '../echoes.ts';
import type { Row } from '../report.ts';
import { textOf } from '../workload.ts';

const IN_FLIGHT = 64;
const TEXT = textOf(1024);

/**
 * A question handed on from agent to agent, the ask being the first hop. Nested, the answer comes back through all of them;
 * by transfer it goes straight to whoever asked.
 */
export const chain: Scenario = {
  name: 'chain',
  about:
    '1 KB handed on from agent to agent, the answer back through all (nested, as raw) or straight (transfer)',
  unit: 'hops',
  headline: 'callsPerS',
  async run(bench) {
    const rounds = roundsOf(bench.pace, 3);
    const lengths = bench.pace.quick ? [1, 3] : [1, 3, 8];
    const longest = Math.max(...lengths);
    bench.progress('starting');
    // One chain for all: the shorter ones begin further down.
    const names = Array.from({ length: longest }, (_, index) => `link-${longest - index}`);
    const { raw, baton } = await startEchoes(bench, names, { modes: ['call', 'transfer'] });
    await using callers = await connectCallers(bench);
    const rows: Row[] = [];
    // The longest first: it warms up every process of all of them.
    for (const hops of lengths.toReversed()) {
      const first = names.length - hops;
      const target = names[first] as string;
      const subject = rawSubject(bench, target);
      const processes = baton.slice(first);
      rows.unshift(
        ...(await measureBesideRaw(bench, {
          size: hops,
          rounds,
          label: `${hops} hops`,
          inFlight: IN_FLIGHT,
          isFresh: hops === longest,
          raw: { call: () => callers.raw.echo(subject, TEXT), processes: raw.slice(first) },
          others: {
            nested: { call: () => callers.baton.echo(`${target}-call`, TEXT), processes },
            transfer: { call: () => callers.baton.echo(`${target}-transfer`, TEXT), processes },
          },
        })),
      );
    }
    return { rounds, rows };
  },
};
