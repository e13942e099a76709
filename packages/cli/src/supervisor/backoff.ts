const FIRST_MS = 100;
const MAX_MS = 10_000;
/** A process that stayed up this long was well: what ended it is news, not the same crash again. */
const WELL_AFTER_MS = 30_000;

/** How long to wait before a process that ended is started again: doubling from 100 ms to 10 s. */
export class Backoff {
  #crashes = 0;

  /** The wait after a process that had been up for `upMs`, milliseconds. */
  next(upMs: number): number {
    if (upMs >= WELL_AFTER_MS) this.#crashes = 0;
    const delay = Math.min(MAX_MS, FIRST_MS * 2 ** this.#crashes);
    this.#crashes += 1;
    return delay;
  }
}
