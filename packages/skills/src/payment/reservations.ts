import { BatonError, type HandoffPort } from '@baton/runtime';
import { Ledger } from './ledger.ts';
import type { SpendingLimits } from './limits.ts';

/** What is held, or is to be held, for a handoff or a charge. */
export interface Reservation {
  readonly key: string;
  readonly user: string;
  readonly amount: number;
  /** Address of the agent that earns it. */
  readonly to: string;
}

/** A charge, as it is brought before the ledger. */
export interface Order {
  readonly reservation: Reservation;
  readonly holdMs: number;
  readonly note: string;
  readonly conversation: string | undefined;
  /** The agent that is handed to; undefined outside a handoff. */
  readonly target: string | undefined;
}

export interface ReservationsOptions {
  readonly currency: string;
  readonly limits: SpendingLimits;
  readonly now: () => number;
  port(): HandoffPort;
}

/** Holds money in the ledger of one currency, and settles or gives back what is held. */
export class Reservations {
  readonly #options: ReservationsOptions;
  #ledger: Promise<Ledger> | undefined;

  constructor(options: ReservationsOptions) {
    this.#options = options;
  }

  /** The ledger, opened when it is first wanted, and anew after that has failed. */
  ledger(): Promise<Ledger> {
    this.#ledger ??= this.#open().catch((thrown: unknown) => {
      this.#ledger = undefined;
      throw thrown;
    });
    return this.#ledger;
  }

  /**
   * Holds an amount; false when the user has too little.
   * @throws {HandoffError} PAYMENT_REQUIRED for what is over a limit, FAILED_PRECONDITION for a key of another charge.
   */
  async reserve({ reservation, holdMs, note, conversation, target }: Order): Promise<boolean> {
    const { limits } = this.#options;
    const limited = { ...reservation, conversation, target };
    limits.check(limited);
    const ledger = await this.ledger();
    const verdict = await ledger.write({
      kind: 'reserve',
      ...reservation,
      holdMs,
      note,
      ...(conversation !== undefined && { conversation }),
      ...(limits.judged && { limits: limits.judged }),
    });
    switch (verdict) {
      case 'counted':
        return true;
      case 'insufficient':
        return false;
      case 'over-conversation':
      case 'over-day':
        throw await limits.explain(verdict, limited, ledger);
      case 'repeated': {
        // A charge that was given back is not charged again by the same key, and is no payment.
        const state = await ledger.holdState(reservation.key);
        return state === 'held' || state === 'settled';
      }
      default:
        throw new BatonError('FAILED_PRECONDITION', `the charge "${reservation.key}" is refused: ${verdict}`);
    }
  }

  /** @throws {BatonError} FAILED_PRECONDITION when it is no longer held. */
  async settle({ key: reservation, user, amount }: Reservation, key: string): Promise<void> {
    const ledger = await this.ledger();
    const verdict = await ledger.write({ kind: 'settle', key, user, amount, reservation });
    if (verdict === 'counted' || verdict === 'repeated') return;
    throw new BatonError('FAILED_PRECONDITION', `"${reservation}" could not be settled: ${verdict}`);
  }

  /** Gives it back, unless that has happened already; false when it was settled, by another try of the same handoff. */
  async refund({ key: reservation, user }: Reservation, key: string): Promise<boolean> {
    const ledger = await this.ledger();
    const verdict = await ledger.write({ kind: 'refund', key, user, reservation });
    if (verdict === 'closed') return (await ledger.holdState(reservation)) !== 'settled';
    if (['counted', 'repeated', 'no-reservation'].includes(verdict)) return true;
    throw new BatonError('FAILED_PRECONDITION', `"${reservation}" could not be refunded: ${verdict}`);
  }

  async #open(): Promise<Ledger> {
    const { currency, now, port } = this.#options;
    const log = await port().log({ name: `ledger-${currency.toLowerCase()}` });
    return new Ledger({ log, now });
  }
}
