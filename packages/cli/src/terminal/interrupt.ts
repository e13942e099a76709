import { BatonError } from '@baton/runtime';

/** A signal that Ctrl-C aborts. A second Ctrl-C ends the process on the spot; dispose it to give Ctrl-C back. */
export interface Interrupt extends Disposable {
  readonly signal: AbortSignal;
}

export function catchInterrupt(): Interrupt {
  const controller = new AbortController();
  const stop = () => controller.abort();
  process.once('SIGINT', stop);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => void process.removeListener('SIGINT', stop),
  };
}

/**
 * Settles with `work`; Ctrl-C does not wait for what cannot be cancelled.
 * @throws {BatonError} CANCELLED when the signal is aborted first.
 */
export function orInterrupted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new BatonError('CANCELLED', 'interrupted'));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
