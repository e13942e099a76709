/**
 * Who is present at the moment: entering and leaving take the same time however many there are. A Map or Set that people
 * come and go in all the time is copied again and again, and what an old copy names outlives the young generation: with
 * each run that is in one, all its run holds. Here an entry that has been left names nothing.
 */
export class Roster<T> {
  readonly #ends = new Entry<T>();
  #size = 0;

  constructor() {
    this.#ends.link(this.#ends, this.#ends);
  }

  get size(): number {
    return this.#size;
  }

  /** Those present now, in the order in which they came. */
  values(): T[] {
    const values: T[] = [];
    for (let entry = this.#ends.next; entry && entry !== this.#ends; entry = entry.next) {
      values.push(entry.value as T);
    }
    return values;
  }

  /** Enters; returns how to leave, which may be called again. */
  add(value: T): Disposable {
    const entry = new Entry<T>(value, () => this.#size--);
    entry.link(this.#ends.previous ?? this.#ends, this.#ends);
    this.#size += 1;
    return entry;
  }
}

class Entry<T> implements Disposable {
  value: T | undefined;
  previous: Entry<T> | undefined;
  next: Entry<T> | undefined;
  #onLeave: (() => void) | undefined;

  constructor(value?: T, onLeave?: () => void) {
    this.value = value;
    this.#onLeave = onLeave;
  }

  link(previous: Entry<T>, next: Entry<T>): void {
    this.previous = previous;
    this.next = next;
    previous.next = this;
    next.previous = this;
  }

  [Symbol.dispose](): void {
    const { previous, next } = this;
    if (!previous || !next || !this.#onLeave) return;
    previous.next = next;
    next.previous = previous;
    this.#onLeave();
    this.value = undefined;
    this.previous = undefined;
    this.next = undefined;
    this.#onLeave = undefined;
  }
}
