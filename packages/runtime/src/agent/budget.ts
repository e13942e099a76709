import { BatonError } from '../wire/error.ts';
import type { Money } from '../wire/money.ts';

/**
 * What one run, with all it hands off to, may still spend; `amount` is what is left, in whole minor units. Whatever is
 * taken has a key and is taken once. What a handoff takes with it is taken while it is under way, so that handoffs side
 * by side never have more than the run.
 */
export class Budget {
  readonly currency: string;
  readonly #total: number;
  #left: number;
  #isOver = false;
  readonly #taken = new Map<string, number>();

  constructor({ amount, currency }: Money) {
    this.#total = amount;
    this.#left = amount;
    this.currency = currency;
  }

  /** What is left, in whole minor units. */
  get amount(): number {
    return this.#left;
  }

  /**
   * Takes an amount for a charge: `short` when so much is not left, or the run is over; `known` when its key has
   * taken before, and nothing more is taken.
   * @throws {BatonError} INVALID_ARGUMENT for what is no whole number, or negative.
   */
  take(key: string, amount: number): 'taken' | 'known' | 'short' {
    if (!Number.isSafeInteger(amount) || amount < 0) {
      throw new BatonError('INVALID_ARGUMENT', `"amount" must be whole minor units, not ${amount}`);
    }
    if (this.#taken.has(key)) return 'known';
    if (this.#isOver || amount > this.#left) return 'short';
    this.#left -= amount;
    this.#taken.set(key, amount);
    return 'taken';
  }

  /**
   * Takes what a handoff may spend: all that is left, or no more than `most`.
   * @throws {BatonError} FAILED_PRECONDITION when `most` is in another currency.
   */
  allot(key: string, most: Money | undefined): Money {
    if (most && most.currency !== this.currency) {
      throw new BatonError(
        'FAILED_PRECONDITION',
        `"budget" is in ${most.currency}, but this run's budget is in ${this.currency}`,
      );
    }
    const amount = this.#isOver ? 0 : Math.min(most?.amount ?? this.#left, this.#left);
    this.take(key, amount);
    return { amount, currency: this.currency };
  }

  /** Gives back what was taken under a key, less what of it was spent: all, when that is not known or no amount. */
  settle(key: string, spent: number | undefined): void {
    const taken = this.#taken.get(key) ?? 0;
    if (spent === undefined || !(spent >= 0 && spent < taken)) return;
    this.#left += taken - spent;
    if (spent === 0) this.#taken.delete(key);
    else this.#taken.set(key, spent);
  }

  /** Ends the spending and tells what was spent; what is still taken, by handoffs nobody waits for any more, counts. */
  close(): Money {
    this.#isOver = true;
    return { amount: this.#total - this.#left, currency: this.currency };
  }

  toJSON(): Money {
    return { amount: this.#left, currency: this.currency };
  }
}
