import { BatonError } from './error.ts';

/** What tells that work is no longer wanted. Every AbortSignal is one; `Stop` is one that costs next to nothing. */
export interface StopSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** What an aborted signal means: its own `BatonError`, DEADLINE_EXCEEDED after a timeout, else CANCELLED. */
export function abortError({ reason }: StopSignal): BatonError {
  if (reason instanceof BatonError) return reason;
  if (reason instanceof DOMException && reason.name === 'TimeoutError') {
    return new BatonError('DEADLINE_EXCEEDED', 'no answer before the deadline', { cause: reason });
  }
  return new BatonError('CANCELLED', 'cancelled by the caller', { cause: reason });
}

/** @throws {BatonError} `abortError` once the signal is aborted. */
export function throwIfAborted(signal: StopSignal): void {
  if (signal.aborted) throw abortError(signal);
}
