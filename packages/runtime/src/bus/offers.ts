import type { NatsConnection, Subscription } from 'nats';
import { briefly } from './briefly.ts';
import type { BusMessage } from './inbox.ts';

interface Offer {
  readonly place: number;
  readonly subscription: Subscription;
  /** Messages that may still come by it; below none when more came than were asked for. */
  left: number;
}

export interface OffersOptions {
  /** Read anew for each offer. */
  subject(): string;
  readonly queue: string;
  onMessage(message: BusMessage): void;
}

/**
 * Takes messages of a queue, as many as are asked for and no more: each offer is a subscription with a limit that the
 * broker itself counts, so that nobody who has no room is ever drawn. Gone when the broker is lost: whoever offers does so
 * anew on its return.
 */
export class Offers {
  readonly #connection: NatsConnection;
  readonly #options: OffersOptions;
  readonly #open: Offer[] = [];
  /** Used up. Kept until it is certain that nothing more comes by them. */
  readonly #spent: Offer[] = [];
  #left = 0;
  #made = 0;
  /** Nothing more comes by offers made before this one. */
  #closable = 0;

  constructor(connection: NatsConnection, options: OffersOptions) {
    this.#connection = connection;
    this.#options = options;
    void this.#watch();
  }

  /** Messages that may still come. */
  get left(): number {
    return this.#left;
  }

  /** Asks for so many messages more, at least one; none come once the connection is closing. */
  add(count: number): void {
    if (this.#connection.isClosed() || this.#connection.isDraining()) return;
    const { subject, queue } = this.#options;
    this.#closeSpent();
    const subscription = this.#connection.subscribe(subject(), {
      queue,
      callback: (error, message) => {
        if (!error) this.#take(offer, message);
      },
    });
    subscription.unsubscribe(count);
    countByBrokerAlone(subscription);
    const offer: Offer = { place: this.#made++, subscription, left: count };
    this.#open.push(offer);
    this.#left += count;
  }

  /** Takes offers back until no more than `count` messages may come. What was drawn by then still comes. */
  reduceTo(count: number): void {
    while (this.#left > count) {
      const offer = this.#open.pop();
      if (!offer) return;
      this.#left -= offer.left;
      void leave(offer);
    }
  }

  /** Takes all offers back; resolves when what was drawn by then has come. */
  async drain(): Promise<void> {
    const all = [...this.#open.splice(0), ...this.#spent.splice(0)];
    this.#left = 0;
    await Promise.all(all.map(leave));
  }

  #take(offer: Offer, message: BusMessage): void {
    offer.left -= 1;
    // What the broker sends comes in order: it had learned the limits of all earlier offers before it drew this one.
    this.#closable = Math.max(this.#closable, offer.place);
    const index = this.#open.indexOf(offer);
    if (index >= 0) {
      this.#left -= 1;
      if (offer.left === 0) this.#spent.push(...this.#open.splice(index, 1));
    }
    this.#options.onMessage(message);
  }

  #closeSpent(): void {
    for (let i = this.#spent.length - 1; i >= 0; i--) {
      const { place, subscription } = this.#spent[i] as Offer;
      if (place >= this.#closable) continue;
      this.#spent.splice(i, 1);
      subscription.unsubscribe();
    }
  }

  async #watch(): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type === 'disconnect') this.#forget();
    }
  }

  /** The client would subscribe again on the broker's return, without any limit. */
  #forget(): void {
    for (const { subscription } of [...this.#open.splice(0), ...this.#spent.splice(0)])
      subscription.unsubscribe();
    this.#left = 0;
  }
}

/**
 * The client counts as well, and drops what is beyond the limit. But between hearing of the subscription and of its limit
 * the broker may draw it once more than that, and what was drawn must not be lost.
 */
function countByBrokerAlone(subscription: Subscription): void {
  (subscription as { max?: number | undefined }).max = undefined;
}

function leave({ subscription }: Offer): Promise<void> {
  return briefly(subscription.drain());
}
