import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves with the milliseconds until a condition holds; looks every 25 ms. Rejects when it takes too long. */
export async function until(condition: () => boolean | Promise<boolean>, longestMs: number): Promise<number> {
  const began = performance.now();
  while (!(await condition())) {
    if (performance.now() - began > longestMs)
      throw new Error(`it did not come about in ${longestMs / 1000} s`);
    await sleep(25);
  }
  return performance.now() - began;
}

export const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(0)} MB`;
