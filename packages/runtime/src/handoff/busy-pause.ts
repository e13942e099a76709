import type { StopSignal } from '../wire/abort.ts';

/** Pauses between two tries at a busy agent, milliseconds: they double, and are spread so that callers do not march in step. */
const FIRST_MS = 10;
const LONGEST_MS = 500;

/** A try that has taken so long, milliseconds, was spent in a line: that is pause enough, and the next one follows soon. */
export const IN_LINE_MS = 50;

/** How long to wait after so many busy answers at the door, milliseconds; `chance` is from 0 to 1. */
export function busyPauseMs(tries: number, chance: number): number {
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1)) * (0.5 + chance);
}

/** Waits before the next try; true when there is no time left for one, or it is not wanted any more. */
export function busyPause(
  tries: number,
  { signal, expiresAt }: { readonly signal: StopSignal; readonly expiresAt: number },
): Promise<boolean> {
  const pauseMs = busyPauseMs(tries, Math.random());
  if (signal.aborted || Date.now() + pauseMs >= expiresAt) return Promise.resolve(true);
  return new Promise((resolve) => {
    const end = (isOver: boolean) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(isOver);
    };
    const stop = () => end(true);
    const timer = setTimeout(() => end(false), pauseMs);
    signal.addEventListener('abort', stop, { once: true });
  });
}
