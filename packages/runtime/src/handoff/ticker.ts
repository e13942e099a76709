/**
 * One timer for many that come and go: it runs while it is wanted, keeps the process alive only then, and is made anew only
 * after a whole tick without anybody.
 */
export class Ticker {
  readonly #everyMs: number;
  readonly #onTick: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isWanted = false;

  constructor(everyMs: number, onTick: () => void) {
    this.#everyMs = everyMs;
    this.#onTick = onTick;
  }

  want(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    if (this.#timer) this.#timer.ref();
    else this.#timer = setInterval(() => this.#tick(), this.#everyMs);
  }

  rest(): void {
    if (!this.#isWanted) return;
    this.#isWanted = false;
    this.#timer?.unref();
  }

  #tick(): void {
    if (this.#isWanted) {
      this.#onTick();
    } else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}
