/** Requests in a row that an agent left hanging before it is not asked for a while, and for how long, milliseconds. */
const FAILURES = 5;
const WINDOW_MS = 10_000;
const OPEN_MS = 5000;

interface Record {
  failures: number;
  firstAt: number;
  openUntil: number;
}

/**
 * Keeps callers from waiting again and again for an agent that takes requests and leaves them hanging: after five in ten
 * seconds it is not asked for five, then by one request, whose outcome decides. A dead agent is no case for it: that is known at once.
 */
export class Breakers {
  readonly #now: () => number;
  readonly #records = new Map<string, Record>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Whether an agent may be asked now. Its `allows` lets one request through when its time is over. */
  allows(address: string): boolean {
    const record = this.#records.get(address);
    const now = this.#now();
    if (!record || record.failures < FAILURES) return true;
    if (record.openUntil > now) return false;
    record.openUntil = now + OPEN_MS;
    return true;
  }

  /** It left a request hanging. */
  failed(address: string): void {
    const now = this.#now();
    const record = this.#records.get(address);
    const isFresh = record !== undefined && (record.openUntil > 0 || now - record.firstAt <= WINDOW_MS);
    if (!isFresh) {
      this.#records.set(address, { failures: 1, firstAt: now, openUntil: 0 });
      return;
    }
    record.failures += 1;
    if (record.failures >= FAILURES) record.openUntil = now + OPEN_MS;
  }

  /** It answered, with whatever: it does not hang. */
  succeeded(address: string): void {
    this.#records.delete(address);
  }
}
