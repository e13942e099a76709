import { setTimeout as sleep } from 'node:timers/promises';
import { asAbortSignal } from '../../agent/stop.ts';
import { type StopSignal, throwIfAborted } from '../../wire/abort.ts';
import { BatonError } from '../../wire/error.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

/**
 * Does what may be done again, until the broker has said that it is done, the signal is aborted, or so many
 * milliseconds have passed.
 * @throws {BatonError} what is no matter of patience; the signal's reason; UNAVAILABLE when the time is over.
 */
export async function untilAvailable<T>(work: () => Promise<T>, until: StopSignal | number): Promise<T> {
  const isTimed = typeof until === 'number';
  const giveUpAt = isTimed ? Date.now() + until : Number.POSITIVE_INFINITY;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    if (!isTimed) throwIfAborted(until);
    try {
      return await work();
    } catch (error) {
      const isPassing = error instanceof BatonError && error.code === 'UNAVAILABLE';
      if (!isPassing || Date.now() >= giveUpAt) throw error;
    }
    // Not all at the same moment, when the broker is back.
    const ms = Math.min(pauseMs * (0.5 + Math.random() / 2), giveUpAt - Date.now());
    await sleep(ms, undefined, isTimed ? {} : { signal: asAbortSignal(until) }).catch(() => {});
  }
}
