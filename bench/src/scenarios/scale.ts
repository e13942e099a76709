import { BatonClient } from '../baton-client.ts';
import { type Bench, roundsOf, type Scenario } from '../bench.ts';
import { rawSubject } from '../echoes.ts';
import { keepBusy } from '../measure/keep-busy.ts';
import { measureRounds, type Side } from '../measure/rounds.ts';
import { RAW } from '../measure/rows.ts';
import { pidsOf } from '../pids-of.ts';
import type { Child } from '../processes/child.ts';
import { RawClient } from '../raw-client.ts';
import type { Row } from '../report.ts';
import { JOB_MS, SLOTS, textOf } from '../workload.ts';

const CALLERS = 4;
const TEXT = textOf(1024);

/** Several callers keep the slots of a growing number of processes busy. */
export const scale: Scenario = {
  name: 'scale',
  about: `processes of ${SLOTS} slots, jobs of ${JOB_MS} ms, ${CALLERS} callers, as many in flight as slots`,
  unit: 'processes',
  headline: 'share',
  async run(bench) {
    const rounds = roundsOf(bench.pace, 2);
    const sizes = bench.pace.quick ? [1, 4] : [1, 2, 4, 8];
    await using callers = await connectAll(bench);
    const subject = rawSubject(bench, 'worker');
    const rows: Row[] = [];
    const workers: Workers = { raw: [], baton: [] };
    for (const size of sizes) {
      bench.progress(`starting ${size} processes`);
      await addWorkers(bench, workers, { subject, count: size - workers.raw.length });
      const sideOf = (
        name: string,
        processes: readonly Child[],
        call: (place: number) => Promise<void>,
      ): Side => {
        const measure = (busyMs: number) =>
          keepBusy({ call, places: size * SLOTS, jobMs: JOB_MS, busyMs, pids: pidsOf(bench, processes) });
        return { name, warmUp: () => measure(300), measure: () => measure(bench.pace.quick ? 400 : 1000) };
      };
      const pick = <T>(all: readonly T[], place: number) => all[place % CALLERS] as T;
      const sides = [
        sideOf(RAW, workers.raw, (place) => pick(callers.raw, place).echo(subject, TEXT)),
        sideOf('replicas', workers.baton, (place) => pick(callers.baton, place).echo('worker', TEXT)),
      ];
      const onRound = (round: number) => bench.progress(`${size} processes, round ${round} of ${rounds}`);
      rows.push(...(await measureRounds(sides, { size, rounds, onRound })));
    }
    return { rounds, rows };
  },
};

interface Workers {
  readonly raw: Child[];
  readonly baton: Child[];
}

interface Wanted {
  readonly subject: string;
  readonly count: number;
}

async function addWorkers(bench: Bench, workers: Workers, { subject, count }: Wanted): Promise<void> {
  const { server, owner, children } = bench;
  const add = async (side: 'raw' | 'baton', role: string, name: string) => {
    workers[side].push(await children.start(role, { server, owner, name }));
  };
  const starts = Array.from({ length: count }, () => [
    add('raw', 'raw-worker', subject),
    add('baton', 'worker-agent', 'worker'),
  ]);
  await Promise.all(starts.flat());
}

async function connectAll({ server, owner }: Bench) {
  const all = <T>(connect: () => Promise<T>) => Promise.all(Array.from({ length: CALLERS }, connect));
  const [raw, baton] = await Promise.all([
    all(() => RawClient.connect(server)),
    all(() => BatonClient.join(server, owner)),
  ]);
  return {
    raw,
    baton,
    async [Symbol.asyncDispose]() {
      await Promise.all([...raw, ...baton].map((each) => each[Symbol.asyncDispose]()));
    },
  };
}
