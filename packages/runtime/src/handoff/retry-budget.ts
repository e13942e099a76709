/** Retries beyond the first few: one for every so many requests, so that they cannot multiply a load that hurts. */
const PER_REQUEST = 0.1;
const MOST = 10;

/** Says whether one more retry is affordable; every request earns a part of one. */
export class RetryBudget {
  #tokens = MOST;

  earn(): void {
    this.#tokens = Math.min(MOST, this.#tokens + PER_REQUEST);
  }

  /** Takes one retry out; false when there is none. */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
