import type { Guard } from './inbox.ts';

/** A guard that tells `onError` what a subscriber threw. */
export const guardWith =
  (onError: (error: unknown) => void): Guard =>
  (callback) =>
  (value) => {
    try {
      callback(value);
    } catch (error) {
      onError(error);
    }
  };

/** Loud, where nobody listens for errors: a programming mistake must not pass unseen. */
export function rethrowLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
