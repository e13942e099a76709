import { setTimeout as sleep } from 'node:timers/promises';
import { BatonError } from '@baton/runtime';

const PAUSE_MS = 50;

/**
 * Does again what a broker that is away, or electing a leader, did not confirm, as long as `mayTry` says so. For work
 * that is safe to do twice.
 * @throws {BatonError} what the last try failed with.
 */
export async function persist<T>(work: () => Promise<T>, mayTry: (tries: number) => boolean): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof BatonError && error.retryable && mayTry(tries))) throw error;
    }
    await sleep(PAUSE_MS);
  }
}
