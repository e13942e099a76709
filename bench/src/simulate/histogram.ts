/** Counts times in steps of a tenth of a millisecond, so that any number of them takes the same memory. */
export class Histogram {
  static readonly STEP_MS = 0.1;
  readonly #counts: number[] = [];
  #total = 0;
  #sum = 0;

  add(ms: number): void {
    const step = Math.ceil(ms / Histogram.STEP_MS);
    while (this.#counts.length <= step) this.#counts.push(0);
    this.#counts[step] = (this.#counts[step] as number) + 1;
    this.#total += 1;
    this.#sum += ms;
  }

  get total(): number {
    return this.#total;
  }

  /** Of none: 0. */
  get mean(): number {
    return this.#total === 0 ? 0 : this.#sum / this.#total;
  }

  /** The time within which that share of all lies, to a step, milliseconds; of none: 0. */
  quantile(share: number): number {
    let left = share * this.#total;
    for (const [step, count] of this.#counts.entries()) {
      left -= count;
      if (left <= 0) return step * Histogram.STEP_MS;
    }
    return Math.max(0, this.#counts.length - 1) * Histogram.STEP_MS;
  }
}
