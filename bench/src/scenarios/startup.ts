import { setTimeout as sleep } from 'node:timers/promises';
import { type Bench, roundsOf, type Scenario } from '../bench.ts';
import { cpuOf } from '../measure/cpu.ts';
import { rssMb } from '../measure/memory.ts';
import { measureRounds } from '../measure/rounds.ts';
import { RAW, type Sample } from '../measure/rows.ts';

/** Long enough for what a start leaves behind. */
const REST_MS = 300;

/** A process from nothing until it can be called, and what it holds then. */
export const startup: Scenario = {
  name: 'startup',
  about: 'a process with an agent without a model: p50 is the time until it can be called; CPU and memory',
  unit: 'processes',
  headline: 'p50Us',
  async run(bench) {
    const rounds = roundsOf(bench.pace, 5);
    const sides = [
      { name: RAW, measure: () => startOnce(bench, 'raw-echo') },
      { name: 'agent', measure: () => startOnce(bench, 'silent-agent') },
    ];
    const onRound = (round: number) => bench.progress(`round ${round} of ${rounds}`);
    return { rounds, rows: await measureRounds(sides, { size: 1, rounds, onRound }) };
  },
};

async function startOnce({ server, owner, children }: Bench, role: string): Promise<Sample> {
  const child = await children.start(role, { server, owner, name: role });
  const cpu = await cpuOf(child.pid);
  await sleep(REST_MS);
  const memory = await rssMb(child.pid);
  await child.stop();
  return { p50Us: child.readyMs * 1000, cpuPer1000: cpu * 1000, rssMb: memory };
}
