import { setTimeout as sleep } from 'node:timers/promises';
import { DurableLoad } from './durable-load.ts';
import type { DurableWorkerOptions } from './durable-worker.ts';
import { until } from './until.ts';

const WORKERS = 2;
const MEMORY_MB = 50;

export interface PoisonOptions {
  readonly kinds: readonly string[];
  /** How many of each. */
  readonly each: number;
  readonly neighbours: number;
  readonly maxAttempts: number;
}

/** Mixes poison into work that does no harm, keeps the workers up, and waits for the end of all of it. */
export async function poison(server: string, { kinds, each, neighbours, maxAttempts }: PoisonOptions) {
  await using load = await DurableLoad.start(server);
  const worker = { durable: { maxAttempts, retryMs: [100] }, stallMs: 1000, memoryMb: MEMORY_MB };
  await using host = await keepUp(load, worker);
  const durationOf = async (asked: readonly string[]) =>
    (await load.answered(asked)).map(({ durationMs }) => durationMs);
  const alone = await durationOf(load.ask(neighbours, { target: 'back', question: 'go' }));
  const ids = kinds.flatMap((question) => load.ask(each, { target: 'back', question }));
  const beside = load.ask(neighbours, { target: 'back', question: 'go' });
  const end = await load.settle();
  return { end, ids, alone, durations: await durationOf(beside), deaths: host.deaths() };
}

/** As a supervisor does: starts a worker for each that died. Resolves when they are up. */
async function keepUp(load: DurableLoad, options: Partial<DurableWorkerOptions>) {
  let isOver = false;
  let deaths = 0;
  const place = async () => {
    while (!isOver) {
      const worker = await load.addWorker(options).catch(() => undefined);
      if (!worker) await sleep(100);
      else if (!isOver) await worker.exited;
      if (isOver) await worker?.kill();
      if (!isOver) deaths += 1;
    }
  };
  const places = Array.from({ length: WORKERS }, place);
  await until(() => load.workers.length >= WORKERS, 30_000);
  return {
    deaths: () => deaths,
    async [Symbol.asyncDispose]() {
      isOver = true;
      await Promise.all(load.workers.map((worker) => worker.kill()));
      await Promise.all(places);
    },
  };
}
