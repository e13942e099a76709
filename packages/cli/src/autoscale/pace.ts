import type { ScaleBounds } from './scale-bounds.ts';

/**
 * How fast one agent's number of processes follows what is wanted: up at once, at most doubling a step; down by half of
 * what is too much, each time that fewer have been enough for the whole of the cooldown.
 */
export class Pace {
  readonly #bounds: ScaleBounds;
  /** Since when fewer are enough, the most that were wanted since, and how many there were all the while. */
  #low: { readonly since: number; readonly most: number; readonly replicas: number } | undefined;

  constructor(bounds: ScaleBounds) {
    this.#bounds = bounds;
  }

  /** How many there are to be now, when there are `replicas`; `now` is any clock, milliseconds. */
  next(replicas: number, wanted: number, now: number): number {
    const { min, max, cooldownMs } = this.#bounds;
    if (wanted >= replicas || replicas > max) {
      this.#low = undefined;
      // Bounds are kept without delay, whoever left them.
      if (replicas > max) return max;
      return Math.max(min, Math.min(wanted, Math.max(1, 2 * replicas)));
    }
    // Somebody else has changed their number: it is judged anew.
    const before = this.#low?.replicas === replicas ? this.#low : { since: now, most: wanted };
    const most = Math.max(before.most, wanted);
    this.#low = { since: before.since, most, replicas };
    if (now - before.since < cooldownMs) return replicas;
    this.#low = undefined;
    return replicas - Math.ceil((replicas - most) / 2);
  }
}
