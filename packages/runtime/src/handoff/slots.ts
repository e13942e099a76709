/** Why a place was not given: all are taken, and so is the line for them. */
export type Refusal = 'full' | 'late';

interface Waiting {
  readonly priority: number;
  /** When it began to wait, here or elsewhere, milliseconds since the epoch. */
  readonly since: number;
  settle(refusal: Refusal | undefined): void;
}

export interface SlotsOptions {
  /** Runs at a time. */
  readonly capacity: number;
  /** How long one may wait for a place that has not waited elsewhere, milliseconds. */
  readonly patienceMs: number;
}

/** Those that wait, for each place there is: enough to bridge a burst, and a bound on what is kept. */
export const WAITING_PER_SLOT = 8;

/** The longest anyone may wait in one line, milliseconds. */
const LONGEST_PATIENCE_MS = 1000;

/** For how long one may wait in a line: as long again as elsewhere, so that long waits are not spent on changing lines. */
export function patienceFor(waitedMs: number, patienceMs: number): number {
  return Math.max(patienceMs, Math.min(waitedMs, LONGEST_PATIENCE_MS));
}

/** The places of one instance. A short line bridges bursts, the most urgent first, then who waits longest; what waits too long goes elsewhere. */
export class Slots {
  readonly capacity: number;
  readonly #patienceMs: number;
  readonly #line: Waiting[] = [];
  readonly #onFree = new Set<() => void>();
  readonly #onTaken = new Set<() => void>();
  #used = 0;

  constructor({ capacity, patienceMs }: SlotsOptions) {
    this.capacity = capacity;
    this.#patienceMs = patienceMs;
  }

  get used(): number {
    return this.#used;
  }

  /** Places that may be taken now; none while others wait for one. */
  get free(): number {
    return this.#line.length > 0 ? 0 : Math.max(0, this.capacity - this.#used);
  }

  /** Takes a place at once, if there is one. */
  tryTake(): boolean {
    if (this.free === 0) return false;
    this.#used += 1;
    for (const callback of this.#onTaken) callback();
    return true;
  }

  /**
   * Waits for a place within the patience of this instance; the reason when there was none. `waitedMs` is for how long it has
   * waited elsewhere. When the line is full, whoever would be its last is refused.
   */
  take(priority: number, waitedMs = 0): Promise<Refusal | undefined> {
    const since = Date.now() - waitedMs;
    const last = this.#line.at(-1);
    const isFull = this.#line.length >= this.capacity * WAITING_PER_SLOT;
    if (isFull && last && !isBefore({ priority, since }, last)) return Promise.resolve('full');
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => {
          this.#line.splice(this.#line.indexOf(waiting), 1);
          resolve('late');
        },
        patienceFor(waitedMs, this.#patienceMs),
      );
      const waiting: Waiting = {
        priority,
        since,
        settle: (refusal) => {
          clearTimeout(timer);
          resolve(refusal);
        },
      };
      if (isFull) this.#line.pop()?.settle('full');
      const behind = this.#line.findIndex((other) => isBefore(waiting, other));
      this.#line.splice(behind < 0 ? this.#line.length : behind, 0, waiting);
    });
  }

  /** Gives a place back: to whoever waits first, else to all. */
  release(): void {
    const next = this.#line.shift();
    if (next) {
      next.settle(undefined);
    } else {
      this.#used -= 1;
      for (const callback of this.#onFree) callback();
    }
  }

  /** A way to give one place back, once however often it is called. */
  leaver(): () => void {
    let isHeld = true;
    return () => {
      if (isHeld) this.release();
      isHeld = false;
    };
  }

  /** Calls back each time a place is left that nobody waited for; returns how to stop that. */
  onFree(callback: () => void): () => void {
    this.#onFree.add(callback);
    return () => this.#onFree.delete(callback);
  }
  /** Calls back each time a place is taken that was free; returns how to stop that. */
  onTaken(callback: () => void): () => void {
    this.#onTaken.add(callback);
    return () => this.#onTaken.delete(callback);
  }
}

type Claim = Pick<Waiting, 'priority' | 'since'>;

function isBefore(one: Claim, other: Claim): boolean {
  return one.priority > other.priority || (one.priority === other.priority && one.since < other.since);
}
