import { setTimeout as sleep } from 'node:timers/promises';
import { type Bench, roundsOf, type Scenario } from '../bench.ts';
import { cpuOf } from '../measure/cpu.ts';
import { rssMb } from '../measure/memory.ts';
import { RAW, type Round, type Sample, toRows } from '../measure/rows.ts';
import type { Child } from '../processes/child.ts';
import type { Row } from '../report.ts';
import { BEAT_MS } from '../workload.ts';

/** Half the time in which everybody beats once. */
const WINDOW_MS = BEAT_MS / 2;
const POLL_MS = 100;

/** What it costs to watch many agents; calls are heartbeats, the p50 is that of a lookup. */
export const registry: Scenario = {
  name: 'registry',
  about: `watching agents that beat every ${BEAT_MS / 1000} s; calls are heartbeats, p50 is a lookup, CPU the watcher's`,
  unit: 'agents',
  headline: 'cpuShare',
  async run(bench) {
    const rounds = roundsOf(bench.pace, 2, 1);
    const rows: Row[] = [];
    for (const size of bench.pace.quick ? [1000] : [1000, 10_000]) {
      rows.push(...(await watchMany({ ...bench, owner: `${bench.owner}-${size}` }, size, rounds)));
    }
    return { rounds, rows };
  },
};

async function watchMany(bench: Bench, count: number, rounds: number): Promise<Row[]> {
  const { server, owner, children, progress } = bench;
  progress(`${count} agents, starting`);
  const [raw, watcher] = await Promise.all([
    children.start('raw-watcher', { server, owner, name: 'raw-watcher', count }),
    children.start('watcher', { server, owner, name: 'watcher', count }),
  ]);
  const beater = await children.start('beater', { server, owner, name: 'beater', count });
  progress(`${count} agents, until all are known`);
  for (const each of [raw, watcher]) while ((await each.ask('known')) < count) await sleep(POLL_MS);
  const done: Round[] = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`${count} agents, round ${round} of ${rounds}`);
    done.push(await watchTogether(beater, { [RAW]: raw, watcher }));
  }
  await Promise.all([raw, watcher, beater].map((child) => child.stop()));
  return toRows(count, done);
}

/** Both watchers see the same beats at the same time. */
async function watchTogether(beater: Child, watchers: Readonly<Record<string, Child>>): Promise<Round> {
  const entries = Object.entries(watchers);
  const cpuOfAll = () => Promise.all(entries.map(([, { pid }]) => cpuOf(pid)));
  const sentBefore = await beater.ask('sent');
  const before = await cpuOfAll();
  const started = performance.now();
  await sleep(WINDOW_MS);
  const after = await cpuOfAll();
  const seconds = (performance.now() - started) / 1000;
  const beats = (await beater.ask('sent')) - sentBefore;
  const samples = new Map<string, Sample>();
  for (const [index, [name, child]] of entries.entries()) {
    const cpu = (after[index] as number) - (before[index] as number);
    samples.set(name, {
      callsPerS: beats / seconds,
      cpuPer1000: (cpu / beats) * 1000,
      cpuShare: cpu / seconds,
      p50Us: await child.ask('lookUp'),
      rssMb: await rssMb(child.pid),
    });
  }
  return samples;
}
