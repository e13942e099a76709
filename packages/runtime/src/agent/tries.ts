import type { Emit } from './events.ts';

/**
 * Several tries at one answer that stream to one reader. What a try has streamed that failed is void, and the reader is
 * told so as soon as the next one has something to show.
 */
export class Tries {
  readonly #out: Emit;
  #hasText = false;
  #isVoid = false;

  constructor(out: Emit) {
    this.#out = out;
  }

  /** In the place of what it was made with. */
  readonly emit: Emit = (event) => {
    if (event.type === 'text' && event.text !== '') {
      this.#supersede();
      this.#hasText = true;
    } else if (event.type === 'superseded') {
      // What was said from below voids all that was shown.
      this.#hasText = false;
      this.#isVoid = false;
    }
    this.#out(event);
  };

  /** A try has failed, and another one begins. */
  next(): void {
    this.#isVoid ||= this.#hasText;
    this.#hasText = false;
  }

  /** The try under way has answered: what the ones before it had shown is void, though it may have streamed nothing. */
  succeeded(): void {
    this.#supersede();
  }

  #supersede(): void {
    if (!this.#isVoid) return;
    this.#isVoid = false;
    this.#out({ type: 'superseded' });
  }
}
