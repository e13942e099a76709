import { cpuSeconds } from './cpu.ts';
import type { Sample } from './rows.ts';
import { quantile } from './statistics.ts';

/** What is called, and how hard. */
export interface CallLoad {
  /** One call, from the question to its whole answer. Throws when the answer is wrong. */
  call(): Promise<void>;
  /** The processes that work for it, beside this one. */
  readonly pids: readonly number[];
  /** How long calls are made one at a time, milliseconds: for the p50. */
  readonly latencyMs: number;
  /** How long calls are made with `inFlight` at a time, milliseconds: for calls/s and CPU. */
  readonly loadMs: number;
  readonly inFlight: number;
  /** Units in one call, chunks of a stream say: rates are told of those. Default 1. */
  readonly units?: number;
}

/** One side's round: first one call at a time, then many. */
export async function measureCalls({ units = 1, ...load }: CallLoad): Promise<Sample> {
  const times = await oneByOne(load);
  const cpuBefore = await cpuSeconds(load.pids);
  const { calls, seconds } = await together(load);
  const cpu = (await cpuSeconds(load.pids)) - cpuBefore;
  return {
    p50Us: quantile(times, 0.5),
    callsPerS: (calls * units) / seconds,
    cpuPer1000: (cpu / (calls * units)) * 1000,
  };
}

/** Microseconds that each call took. */
async function oneByOne({ call, latencyMs }: Pick<CallLoad, 'call' | 'latencyMs'>): Promise<number[]> {
  const times: number[] = [];
  const until = performance.now() + latencyMs;
  for (let started = performance.now(); started < until; ) {
    await call();
    const now = performance.now();
    times.push((now - started) * 1000);
    started = now;
  }
  return times;
}

/** Makes calls, `inFlight` at a time, for `loadMs`, or until there were `calls`. */
export async function together(
  load: Pick<CallLoad, 'call' | 'loadMs' | 'inFlight'> & { readonly calls?: number },
) {
  const { call, loadMs, inFlight, calls: enough = Number.POSITIVE_INFINITY } = load;
  const started = performance.now();
  let calls = 0;
  const caller = async () => {
    do {
      await call();
      calls += 1;
    } while (calls < enough && performance.now() - started < loadMs);
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return { calls, seconds: (performance.now() - started) / 1000 };
}
