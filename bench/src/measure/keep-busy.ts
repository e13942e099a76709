import { cpuSeconds } from './cpu.ts';
import type { Sample } from './rows.ts';
import { quantile } from './statistics.ts';

export interface BusyOptions {
  /** One job, start to end, for the caller of that place. */
  call(place: number): Promise<void>;
  /** Jobs in flight at a time. */
  readonly places: number;
  /** What a job takes at best, milliseconds. */
  readonly jobMs: number;
  /** The processes that work for it, beside this one. */
  readonly pids: readonly number[];
  /** How long the places are kept busy, milliseconds. */
  readonly busyMs: number;
}

/**
 * Keeps so many jobs in flight, a new one as soon as one is done. The rate is the sum of the places' own, each up to its last
 * answer: whole jobs do not round it, and a place that ends late does not make the others seem slow.
 */
export async function keepBusy({ call, places, jobMs, pids, busyMs }: BusyOptions): Promise<Sample> {
  const cpuBefore = await cpuSeconds(pids);
  const started = performance.now();
  const times: number[] = [];
  const place = async (index: number): Promise<number> => {
    let done = 0;
    let last = started;
    while (last - started < busyMs) {
      await call(index);
      const now = performance.now();
      times.push((now - last) * 1000);
      last = now;
      done += 1;
    }
    return (done / (last - started)) * 1000;
  };
  const rates = await Promise.all(Array.from({ length: places }, (_, index) => place(index)));
  const cpu = (await cpuSeconds(pids)) - cpuBefore;
  const callsPerS = rates.reduce((sum, rate) => sum + rate, 0);
  return {
    p50Us: quantile(times, 0.5),
    p99Us: quantile(times, 0.99),
    callsPerS,
    cpuPer1000: (cpu / times.length) * 1000,
    share: callsPerS / ((places * 1000) / jobMs),
  };
}
