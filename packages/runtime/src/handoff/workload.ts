/** How much is in hand, and when none of it is left. */
export class Workload {
  #size = 0;
  #waiting: (() => void)[] = [];

  get size(): number {
    return this.#size;
  }

  /** Counts the work until it settles. */
  track(work: Promise<void>): void {
    this.#size += 1;
    void work.finally(() => this.#finished());
  }

  /** Resolves when nothing is in hand, at once when nothing is. */
  done(): Promise<void> {
    if (this.#size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #finished(): void {
    this.#size -= 1;
    if (this.#size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
