import { setMaxListeners } from 'node:events';
import type { StopSignal } from '../wire/abort.ts';

/**
 * A signal without the price of an AbortSignal, of which a run would pay several and most runs need none. Who needs a real
 * one is given it by `asAbortSignal`. Listeners must not throw.
 */
export class Stop implements StopSignal {
  aborted = false;
  reason: unknown;
  #listeners: Set<() => void> | undefined;
  #real: AbortController | undefined;

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners?.delete(listener);
  }

  /** Tells everyone who listens, once; later calls change nothing. */
  abort(reason?: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    const listeners = this.#listeners;
    this.#listeners = undefined;
    for (const listener of listeners ?? []) listener();
    this.#real?.abort(reason);
  }

  /** The same as an AbortSignal, made when it is first wanted. */
  get real(): AbortSignal {
    if (!this.#real) {
      this.#real = new AbortController();
      // Many handoffs of one run may watch it; each removes what it adds.
      setMaxListeners(0, this.#real.signal);
      if (this.aborted) this.#real.abort(this.reason);
    }
    return this.#real.signal;
  }
}

/** For whoever takes nothing less: the platform's own functions, models, and what users write. */
export function asAbortSignal(signal: StopSignal): AbortSignal {
  return signal instanceof Stop ? signal.real : (signal as AbortSignal);
}
