import { throwIfAborted } from '../../wire/abort.ts';
import type { RunRecord } from '../../wire/durable.ts';
import { BatonError } from '../../wire/error.ts';
import { resultSubject } from '../../wire/subject.ts';
import { findRecord } from './run-record.ts';
import type { DurableSpace } from './space.ts';

export interface AwaitOptions {
  readonly signal: AbortSignal;
  /** Called about once a second while there is no record. What it throws ends the wait. */
  onTick?(): unknown;
}

/** How long a record may go unseen whose announcement was lost, milliseconds. */
const LOOK_EVERY_MS = 5000;
const TICK_MS = 1000;
/** The announcement overtakes the record on its way to the disk: looks after it, milliseconds. */
const AFTER_HINT_MS = [0, 10, 30, 100, 300, 1000];

/**
 * Waits for the terminal record of a run. Its announcement is a hint to look; what the broker keeps is what counts.
 * @throws {BatonError} the reason of the signal.
 */
export async function awaitRecord(
  space: DurableSpace,
  id: string,
  { signal, onTick }: AwaitOptions,
): Promise<RunRecord> {
  const { bus, owner } = space;
  let looks: number[] = [];
  let wake = () => {};
  const hint = () => {
    looks = [...AFTER_HINT_MS];
    wake();
  };
  const subscriptions = [bus.subscribe(resultSubject(owner, id), hint), bus.onReconnect(hint)];
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const go = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', go);
        resolve();
      };
      const timer = setTimeout(go, ms);
      signal.addEventListener('abort', go, { once: true });
      wake = go;
    });
  try {
    for (let nextLook = 0; ; ) {
      throwIfAborted(signal);
      if (Date.now() >= nextLook) {
        const record = await findRecord(space, id).catch(notNow);
        if (record) return record;
        nextLook = Date.now() + (looks.shift() ?? LOOK_EVERY_MS);
      }
      await onTick?.();
      await pause(Math.min(TICK_MS, Math.max(0, nextLook - Date.now())));
      if (looks.length === AFTER_HINT_MS.length) nextLook = 0;
    }
  } finally {
    for (const subscription of subscriptions) subscription.close();
  }
}

/** "Not to be read just now" is not "not there": one asks again. */
function notNow(error: unknown): undefined {
  if (!(error instanceof BatonError && error.code === 'UNAVAILABLE')) throw error;
}
