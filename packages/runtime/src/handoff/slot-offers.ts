import type { Offers } from '../bus/offers.ts';
import type { Slots } from './slots.ts';

/** Free places may lack an offer while there are so many offers for each: each costs the broker more than a message. */
const OFFERS_PER_LACK = 4;

export interface SlotOffersOptions {
  readonly slots: Pick<Slots, 'free' | 'onFree' | 'onTaken'>;
  readonly offers: Pick<Offers, 'left' | 'add' | 'reduceTo'>;
  /** Whether anybody asks by way of offers now. */
  isWanted(): boolean;
  /** Calls back once this turn is over, before anything said in it goes out: a place is on offer before its caller hears the end. */
  later(callback: () => void): void;
}

/**
 * Keeps as many prompts on offer as there are free places, so that whoever asks finds one wherever it is. A place that has
 * a line is never offered: whoever waits here comes first. More than is free is taken back.
 */
export class SlotOffers {
  readonly #options: SlotOffersOptions;
  readonly #stops: (() => void)[];
  #isDue = false;
  #isStopped = false;

  constructor(options: SlotOffersOptions) {
    this.#options = options;
    const update = () => this.update();
    this.#stops = [options.slots.onFree(update), options.slots.onTaken(update)];
    this.update();
  }

  /** To be called when it may have changed whether offers are wanted. What changes in one turn is one offer. */
  update(): void {
    if (this.#isDue || this.#isStopped) return;
    this.#isDue = true;
    this.#options.later(() => {
      this.#isDue = false;
      if (!this.#isStopped) this.#adjust();
    });
  }

  #adjust(): void {
    const { slots, offers, isWanted } = this.#options;
    const free = isWanted() ? slots.free : 0;
    offers.reduceTo(free);
    const lacking = free - offers.left;
    if (lacking > 0 && lacking * OFFERS_PER_LACK >= offers.left) offers.add(lacking);
  }

  /** Offers nothing from now on. */
  stop(): void {
    this.#isStopped = true;
    for (const stop of this.#stops) stop();
  }
}
