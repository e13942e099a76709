import { setMaxListeners } from 'node:events';
import { abortError, type StopSignal } from '../wire/abort.ts';
import { BatonError } from '../wire/error.ts';
import { Stop } from './stop.ts';

/** setTimeout cannot count further; a later deadline is a day away from mattering. */
const MAX_TIMER_MS = 2_147_483_647;

/** A signal that is aborted at a moment, or with its parent, whichever is first. Dispose it when the run is over. */
export class Deadline extends Stop implements Disposable {
  readonly #parent: StopSignal | undefined;
  readonly #timer: NodeJS.Timeout;
  readonly #follow = () => this.abort(this.#parent?.reason);

  /** `expiresAt` is milliseconds since the epoch. */
  constructor(expiresAt: number, parent?: StopSignal) {
    super();
    const leftMs = Math.min(MAX_TIMER_MS, Math.max(0, expiresAt - Date.now()));
    this.#timer = setTimeout(() => this.#expire(), leftMs);
    this.#parent = parent;
    // Many runs of one caller may watch the same signal; each removes what it adds.
    if (parent instanceof AbortSignal) setMaxListeners(0, parent);
    if (parent?.aborted) this.#follow();
    else parent?.addEventListener('abort', this.#follow, { once: true });
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#parent?.removeEventListener('abort', this.#follow);
  }

  #expire(): void {
    this.abort(new BatonError('DEADLINE_EXCEEDED', 'no answer before the deadline'));
  }
}

/** Settles with `work`, or rejects when the signal is aborted first: what ignores the signal cannot hold up a run. */
export function unlessAborted<T>(work: Promise<T>, signal: StopSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(abortError(signal));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    work.then(
      (value) => {
        signal.removeEventListener('abort', stop);
        resolve(value);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', stop);
        reject(error);
      },
    );
  });
}
