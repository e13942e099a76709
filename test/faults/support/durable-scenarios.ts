import { setTimeout as sleep } from 'node:timers/promises';
import type { ExpectStatic } from 'vitest';
import { DurableLoad } from './durable-load.ts';
import { type Point, spawnDurableWorker, startDurableWorker } from './durable-worker.ts';

/** Nothing is wrong: every question succeeded, ended once, was paid once, and nothing is left over. */
export const WHOLE = {
  failed: [],
  records: { lost: [], doubled: [] },
  charges: { lost: [], doubled: [] },
  held: 0,
  unpaid: [],
  letters: [],
};

export interface DyingOptions {
  readonly jobs: number;
  readonly kills: number;
  readonly workers: number;
}

/** Asks, and kills one of the workers in the midst of it, again and again; each is replaced. */
export async function dieOneByOne(server: string, { jobs, kills, workers }: DyingOptions) {
  await using load = await DurableLoad.start(server);
  for (let worker = 0; worker < workers; worker += 1) await load.addWorker();
  const killedAt = new Map<number, number>();
  for (let kill = 0; kill < kills; kill += 1) {
    load.ask(jobs / kills);
    await sleep(50 + Math.random() * 150);
    const [victim] = load.workers.splice(Math.floor(Math.random() * load.workers.length), 1);
    if (victim) killedAt.set(victim.pid, Date.now());
    await victim?.kill();
    await load.addWorker();
  }
  const end = await load.settle();
  const recovered = end.attempts.flatMap(({ pid, next }) => {
    const at = killedAt.get(pid);
    return at !== undefined && next !== undefined && next > at ? [next - at] : [];
  });
  return { end, again: end.again, recovered };
}

/** Work that fails, and its way to the dead letters, passes these alone. */
const OF_FAILURES: readonly Point[] = ['before failure', 'after failure', 'before letter', 'after letter'];
/** Whoever only asks passes these. */
const OF_CALLERS: readonly Point[] = ['before submit', 'after submit'];

export interface Death {
  readonly point: Point;
  readonly time: number;
  readonly by: 'worker' | 'caller';
  /** Who is asked. Default: `front`. */
  readonly target?: 'front' | 'desk';
}

/** Lets a process die at one point of durable work, lets another one go on, and returns what is left in the end. */
export async function dieAt(server: string, { point, time, by, target = 'front' }: Death) {
  const owner = `at-${point.replace(' ', '-')}-${time}-${by}-${target}`;
  await using load = await DurableLoad.start(server, owner);
  const isFailure = OF_FAILURES.includes(point);
  const question = isFailure ? { target: 'back', question: 'throw' } : { target, question: 'go' };
  const settings = load.settings({ durable: { maxAttempts: 2 } });
  const ask = { ...question, id: 'job-0', user: 'ann' };
  if (by === 'caller') {
    await using _first = await startDurableWorker(settings);
    const caller = spawnDurableWorker({ ...settings, ask, crashAt: { point, time } });
    const signal = await caller.exited;
    await spawnDurableWorker({ ...settings, ask }).exited;
    load.expect('job-0');
    return { signal, isFailure, end: await load.settle() };
  }
  const first = await startDurableWorker({ ...settings, crashAt: { point, time } });
  load.workers.push(first);
  load.ask(1, question);
  const signal = await first.exited;
  await load.addWorker({ durable: { maxAttempts: 2 } });
  return { signal, isFailure, end: await load.settle() };
}

/** Checks that a process died, and that what it had begun came to the one end it would have come to. */
export function endsAsOne(
  expect: ExpectStatic,
  { point, time, by, target }: Death,
  { signal, isFailure, end }: Awaited<ReturnType<typeof dieAt>>,
): void {
  const where = `${by}, ${point}, time ${time}`;
  expect(signal, where).toBe('SIGKILL');
  if (isFailure) {
    expect(end, where).toMatchObject({ recordCount: 1, lettersTwice: [], effects: { keys: 1 } });
    expect(end.letters, where).toHaveLength(1);
    return;
  }
  // An effect that nobody wrote down is had again, with its key.
  const times = point === 'after effect' ? 2 : 1;
  const effects = { times, keys: 1 };
  if (target === 'desk') {
    const { charges: _unpaid, ...whole } = WHOLE;
    expect(end, where).toMatchObject({ ...whole, recordCount: 1, chargeCount: 0, effects });
    return;
  }
  expect(end, where).toMatchObject({ ...WHOLE, recordCount: 2, chargeCount: 1, effects });
}

/** The points that a caller, or the worker of both agents, passes; a worker passes most of them once for each agent. */
export function pointsOf(points: readonly Point[]) {
  return points.flatMap((point) => {
    const isTwice = /record|ack|attempt/.test(point);
    const times = isTwice ? [1, 2] : [1];
    const asWorker = times.map((time) => ({ point, time, by: 'worker' as const }));
    return OF_CALLERS.includes(point) ? [...asWorker, { point, time: 1, by: 'caller' as const }] : asWorker;
  });
}
