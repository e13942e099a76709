import { roundsOf, type Scenario } from '../bench.ts';
import { measureBesideRaw } from '../beside-raw.ts';
import { connectCallers } from '../callers.ts';
import { rawSubject, startEchoes } from '../echoes.ts';
import type { Row } from '../report.ts';
import { textOf } from '../workload.ts';

const IN_FLIGHT = 64;
const KB = 1024;

/** An ask by size, and a handoff. */
export const handoff: Scenario = {
  name: 'handoff',
  about: 'an agent that answers with what it was sent, asked directly (ask) and through another (handoff)',
  unit: 'bytes',
  headline: 'cpuPer1000',
  async run(bench) {
    const rounds = roundsOf(bench.pace, 5);
    bench.progress('starting');
    const { raw, baton } = await startEchoes(bench, ['front', 'echo']);
    await using callers = await connectCallers(bench);
    const measure = (name: 'ask' | 'handoff', size: number): Promise<Row[]> => {
      const [first, target] = name === 'ask' ? [1, 'echo'] : [0, 'front'];
      const text = textOf(size);
      const subject = rawSubject(bench, target);
      return measureBesideRaw(bench, {
        rawName: name === 'ask' ? 'raw' : 'raw relay',
        size,
        rounds,
        label: `${name} of ${size / KB} KB`,
        inFlight: IN_FLIGHT,
        isFresh: size === KB,
        raw: { call: () => callers.raw.echo(subject, text), processes: raw.slice(first) },
        others: { [name]: { call: () => callers.baton.echo(target, text), processes: baton.slice(first) } },
      });
    };
    const rows: Row[] = [];
    for (const size of bench.pace.quick ? [KB, 10 * KB] : [KB, 10 * KB, 100 * KB]) {
      rows.push(...(await measure('ask', size)));
    }
    rows.push(...(await measure('handoff', KB)));
    return { rounds, rows };
  },
};
