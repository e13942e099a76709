import { setMaxListeners } from 'node:events';
import { abortError } from '../wire/abort.ts';
import { BatonError } from '../wire/error.ts';

/** setTimeout cannot count further; a later deadline is a day away from mattering. */
const MAX_TIMER_MS = 2_147_483_647;

/** A signal that is aborted at a moment, or with its parent, whichever is first. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

/** Starts the one timer of a run. Dispose it when the run is over. `expiresAt` is milliseconds since the epoch. */
export function startDeadline(expiresAt: number, parent?: AbortSignal): Deadline {
  const controller = new AbortController();
  // Many handoffs of one run, and many runs of one caller, may watch the same signal; each removes what it adds.
  setMaxListeners(0, controller.signal, ...(parent ? [parent] : []));
  const expire = () => controller.abort(new BatonError('DEADLINE_EXCEEDED', 'no answer before the deadline'));
  const timer = setTimeout(expire, Math.min(MAX_TIMER_MS, Math.max(0, expiresAt - Date.now())));
  const follow = () => controller.abort(parent?.reason);
  if (parent?.aborted) follow();
  parent?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    [Symbol.dispose]() {
      clearTimeout(timer);
      parent?.removeEventListener('abort', follow);
    },
  };
}

/** Settles with `work`, or rejects when the signal is aborted first: what ignores the signal cannot hold up a run. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(abortError(signal));
    if (!signal.aborted) signal.addEventListener('abort', stop, { once: true });
    else stop();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
