/** Why a place was not given: all are taken, and so is the line for them. */
export type Refusal = 'full' | 'late';

interface Waiting {
  readonly priority: number;
  settle(refusal: Refusal | undefined): void;
}

export interface SlotsOptions {
  /** Runs at a time. */
  readonly capacity: number;
  /** How long one may wait for a place, milliseconds. */
  readonly patienceMs: number;
}

/** Those that wait, for each place there is: enough to bridge a burst, and a bound on what is kept. */
export const WAITING_PER_SLOT = 8;

/** The places of one instance. A short line bridges bursts, the most urgent first; what waits longer goes elsewhere. */
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
   * Waits for a place within the patience of this instance; the reason when there was none. Of a line that is full the
   * least urgent goes, if it is less urgent than this.
   */
  take(priority: number): Promise<Refusal | undefined> {
    if (this.#line.length >= this.capacity * WAITING_PER_SLOT) {
      const last = this.#line.at(-1);
      if (!last || last.priority >= priority) return Promise.resolve('full');
      this.#line.pop();
      last.settle('full');
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#line.splice(this.#line.indexOf(waiting), 1);
        resolve('late');
      }, this.#patienceMs);
      const waiting: Waiting = {
        priority,
        settle: (refusal) => {
          clearTimeout(timer);
          resolve(refusal);
        },
      };
      const behind = this.#line.findIndex((other) => other.priority < priority);
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
