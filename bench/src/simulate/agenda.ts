/** What is to happen, the earliest first: a binary heap of times, each with a whole number that says what. */
export class Agenda {
  readonly #times: number[] = [];
  readonly #items: number[] = [];

  /** When the earliest happens; infinity when nothing will. */
  get next(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY;
  }

  /** What the earliest is; not a number of use when nothing will happen. */
  get item(): number {
    return this.#items[0] ?? Number.NaN;
  }

  add(time: number, item: number): void {
    let at = this.#times.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const earlier = this.#times[parent] as number;
      if (earlier <= time) break;
      this.#times[at] = earlier;
      this.#items[at] = this.#items[parent] as number;
      at = parent;
    }
    this.#times[at] = time;
    this.#items[at] = item;
  }

  /** Takes out the earliest. @throws {RangeError} when there is none. */
  take(): number {
    const first = this.#items[0];
    const time = this.#times.pop();
    const item = this.#items.pop();
    if (first === undefined || time === undefined || item === undefined)
      throw new RangeError('nothing to do');
    if (this.#times.length > 0) this.#sink(time, item);
    return first;
  }

  #sink(time: number, item: number): void {
    const times = this.#times;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= times.length) break;
      if (child + 1 < times.length && (times[child + 1] as number) < (times[child] as number)) child += 1;
      const earlier = times[child] as number;
      if (earlier >= time) break;
      times[at] = earlier;
      this.#items[at] = this.#items[child] as number;
      at = child;
    }
    times[at] = time;
    this.#items[at] = item;
  }
}
