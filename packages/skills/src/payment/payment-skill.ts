import { randomUUID } from 'node:crypto';
import { BatonError, type Context, getContext, HandoffError, hook, Skill } from '@baton/runtime';
import { type Amount, formatAmount, minorDigits, toMinor } from './amount.ts';
import { Ledger } from './ledger.ts';
import type { Balance } from './ledger-fold.ts';
import { Prices, payee } from './prices.ts';

export interface PaymentOptions {
  /** ISO 4217 code of the one currency this agent charges in; each currency has a ledger of its own. Default `USD`. */
  readonly currency?: string;
  /** What agents cost here, by the name the handoff uses, whatever their cards say. */
  readonly prices?: Readonly<Record<string, Amount>>;
  /** How long money stays held past a handoff's deadline when nobody settles or refunds, milliseconds. Default 5 minutes. */
  readonly graceMs?: number;
  /** Milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

export interface Charge {
  /** Who pays. Without one nothing is charged and the answer is false. */
  readonly userId: string | undefined;
  /** Whole minor units (cents) as a number, or major units as a decimal text: 1250 and `"12.50"` are the same. */
  readonly amount: Amount;
  /** Noted in the ledger; cut at 500 characters. */
  readonly description?: string;
  /** A second charge with the same key is not charged. Default: the id of the handoff being prepared, else a new one. */
  readonly key?: string;
}

export interface Deposit {
  readonly userId: string;
  readonly amount: Amount;
  /** A second deposit with the same key is not counted. Default: a new one. */
  readonly key?: string;
}

/** A handoff being prepared or under way, and what was reserved for it. */
interface Pending {
  readonly id: string;
  /** What is, or may be, held for it. */
  reservation: Reservation | undefined;
  isPaid: boolean;
}

interface Reservation {
  readonly key: string;
  readonly user: string;
  readonly amount: number;
  /** Address of the agent that earns it. */
  readonly to: string;
}

interface Terms {
  readonly holdMs: number;
  readonly note: string;
}

const GRACE_MS = 300_000;
const MAX_NOTE = 500;

/**
 * Charges users for handoffs. The target's price is reserved before the handoff, and settled when it succeeds or
 * given back when it fails, once for each handoff. An agent that costs nothing makes no entry. The amounts and the
 * user are the source's word: see docs/payments.md for what is guaranteed.
 */
export class PaymentSkill extends Skill {
  readonly #currency: string;
  readonly #prices: Prices;
  readonly #graceMs: number;
  readonly #now: () => number;
  readonly #pending = new WeakMap<Context, Pending>();
  #ledger: Promise<Ledger> | undefined;

  /** @throws {BatonError} INVALID_ARGUMENT for a currency or a price that is none. */
  constructor({ currency = 'USD', prices = {}, graceMs = GRACE_MS, now = Date.now }: PaymentOptions = {}) {
    super();
    minorDigits(currency);
    if (!(Number.isFinite(graceMs) && graceMs >= 0)) {
      throw new BatonError('INVALID_ARGUMENT', `"graceMs" must be 0 or more milliseconds, not ${graceMs}`);
    }
    this.#currency = currency;
    this.#prices = new Prices(prices, currency);
    this.#graceMs = graceMs;
    this.#now = now;
  }

  /** Whether a handoff to this agent costs anything; false for an agent nobody knows. */
  isPremiumAgent(name: string): boolean {
    return this.#prices.isPremium(name, this.port);
  }

  /**
   * What a handoff to this agent costs, in whole minor units; 0 for an agent nobody knows.
   * @throws {BatonError} FAILED_PRECONDITION when it is paid in another currency.
   */
  getAgentCost(name: string): number {
    return this.#prices.costOf(name, this.port);
  }

  /**
   * Charges a user; false when there is none or the balance is too low, and nothing is charged then. While a handoff
   * is prepared the amount is only reserved: it is settled or given back with the handoff, which is charged once.
   * @throws {BatonError} INVALID_ARGUMENT for an amount that is none, FAILED_PRECONDITION when the handoff or key was
   * charged with something else, UNAVAILABLE when the ledger cannot be reached.
   */
  async chargeUser(charge: Charge): Promise<boolean> {
    return await this.#charge(charge, currentContext());
  }

  /** Puts money on a user's balance: for operators. What pays for it happens elsewhere. */
  async deposit({ userId, amount, key = randomUUID() }: Deposit): Promise<void> {
    const minor = toMinor(amount, this.#currency);
    if (typeof userId !== 'string' || userId === '') {
      throw new BatonError('INVALID_ARGUMENT', 'a deposit needs a "userId"');
    }
    if (minor === 0) return;
    const ledger = await this.#open();
    const verdict = await ledger.write({
      kind: 'deposit',
      key: `${key}:deposit`,
      user: userId,
      amount: minor,
    });
    if (verdict === 'counted' || verdict === 'repeated') return;
    throw new BatonError('FAILED_PRECONDITION', `the deposit "${key}" does not count: ${verdict}`);
  }

  /** What a user has, in whole minor units. */
  async balance(userId: string): Promise<Balance> {
    return await (await this.#open()).balance(userId);
  }

  /** What an agent has earned, in whole minor units. */
  async earned(agent: string): Promise<number> {
    return await (await this.#open()).earned(payee(agent, this.port.owner) ?? agent);
  }

  /** Before everyone else's hooks: from here on a charge belongs to this handoff. */
  @hook('before_handoff', { priority: -1000 })
  beginHandoff(context: Context): void {
    if (context.handoffId === undefined) return;
    this.#pending.set(context, { id: context.handoffId, reservation: undefined, isPaid: false });
  }

  /** After the author's own checks: reserves what the target costs, unless the author has charged already. */
  @hook('before_handoff', { priority: 90 })
  async payForHandoff(context: Context): Promise<void> {
    const target = context.handoffAgent ?? '';
    if (this.#pending.get(context)?.isPaid) return;
    await this.#prices.known(target, this.port);
    const cost = this.getAgentCost(target);
    if (cost === 0) return;
    const price = `"${target}" costs ${formatAmount(cost, this.#currency)}`;
    const refuse = (why: string) =>
      new HandoffError(`payment required: ${price}, ${why}`, { code: 'PAYMENT_REQUIRED', target });
    if (!context.peerUserId) throw refuse('and there is no user to charge');
    const charge = { userId: context.peerUserId, amount: cost, description: `handoff to ${target}` };
    const isPaid = await this.#charge(charge, context);
    if (!isPaid) throw refuse('more than the user has');
    if (this.getAgentCost(target) !== cost) throw refuse('and that has just changed');
  }

  /** Before everyone else's hooks: what the target itself achieved decides, not what stands in for it. */
  @hook('after_handoff', { priority: 10 })
  async settleOrRefund(context: Context): Promise<void> {
    const pending = this.#pending.get(context);
    this.#pending.delete(context);
    const reservation = pending?.reservation;
    if (!pending || !reservation) return;
    const { isPaid } = pending;
    const { success = false, fallback = false } = context.handoffResult ?? {};
    const isTarget = reservation.to === payee(context.handoffAgent ?? '', this.port.owner);
    if (isPaid && success && !fallback && isTarget) await this.#settle(reservation, `${pending.id}:settle`);
    else await this.#refund(reservation, `${pending.id}:refund`);
  }

  async #charge({ userId, amount, description = '', key }: Charge, context?: Context): Promise<boolean> {
    const minor = toMinor(amount, this.#currency);
    if (typeof userId !== 'string' || userId === '') return false;
    if (minor === 0) return true;
    const pending = key === undefined && context ? this.#pending.get(context) : undefined;
    const earner = (pending && context?.handoffAgent) || this.host.agentName;
    const to = payee(earner, this.port.owner) ?? earner;
    const base = pending?.id ?? key ?? randomUUID();
    const reservation = { key: `${base}:reserve`, user: userId, amount: minor, to };
    const holdMs = Math.max(1, Math.ceil((context?.remainingMs ?? 0) + this.#graceMs));
    const terms = { holdMs, note: description.slice(0, MAX_NOTE) };
    if (pending) return await this.#reserveFor(pending, reservation, terms);
    const isReserved = await this.#reserve(reservation, terms);
    if (isReserved) await this.#settle(reservation, `${base}:settle`);
    return isReserved;
  }

  async #reserveFor(pending: Pending, reservation: Reservation, terms: Terms): Promise<boolean> {
    try {
      const isReserved = await this.#reserve(reservation, terms);
      if (isReserved) Object.assign(pending, { reservation, isPaid: true });
      return isReserved;
    } catch (error) {
      // Nobody knows whether it is held: it is given back with the handoff, which fails now.
      if (BatonError.from(error).retryable) pending.reservation ??= reservation;
      throw error;
    }
  }

  async #reserve(reservation: Reservation, terms: Terms): Promise<boolean> {
    const ledger = await this.#open();
    const verdict = await ledger.write({ kind: 'reserve', ...reservation, ...terms });
    if (verdict === 'counted') return true;
    if (verdict === 'insufficient') return false;
    if (verdict === 'repeated') {
      // A charge that was given back is not charged again by the same key, and is no payment.
      const state = await ledger.holdState(reservation.key);
      return state === 'held' || state === 'settled';
    }
    throw new BatonError('FAILED_PRECONDITION', `the charge "${reservation.key}" is refused: ${verdict}`);
  }

  async #settle({ key: reservation, user, amount }: Reservation, key: string): Promise<void> {
    const ledger = await this.#open();
    const verdict = await ledger.write({ kind: 'settle', key, user, amount, reservation });
    if (verdict === 'counted' || verdict === 'repeated') return;
    throw new BatonError('FAILED_PRECONDITION', `"${reservation}" could not be settled: ${verdict}`);
  }

  async #refund({ key: reservation, user }: Reservation, key: string): Promise<void> {
    const ledger = await this.#open();
    const verdict = await ledger.write({ kind: 'refund', key, user, reservation });
    const isDone = ['counted', 'repeated', 'closed', 'no-reservation'].includes(verdict);
    if (!isDone) {
      throw new BatonError('FAILED_PRECONDITION', `"${reservation}" could not be refunded: ${verdict}`);
    }
  }

  #open(): Promise<Ledger> {
    this.#ledger ??= this.#openLedger().catch((thrown: unknown) => {
      this.#ledger = undefined;
      throw thrown;
    });
    return this.#ledger;
  }

  async #openLedger(): Promise<Ledger> {
    const log = await this.port.log({ name: `ledger-${this.#currency.toLowerCase()}` });
    return new Ledger({ log, now: this.#now });
  }
}

/** The run this code is part of, if any. */
function currentContext(): Context | undefined {
  try {
    return getContext();
  } catch {
    return undefined;
  }
}
