import { BatonError } from './error.ts';

/** What an aborted signal means: its own `BatonError`, DEADLINE_EXCEEDED after a timeout, else CANCELLED. */
export function abortError(signal: AbortSignal): BatonError {
  const { reason } = signal;
  if (reason instanceof BatonError) return reason;
  if (reason instanceof DOMException && reason.name === 'TimeoutError') {
    return new BatonError('DEADLINE_EXCEEDED', 'no answer before the deadline', { cause: reason });
  }
  return new BatonError('CANCELLED', 'cancelled by the caller', { cause: reason });
}

/** @throws {BatonError} `abortError` once the signal is aborted. */
export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw abortError(signal);
}
