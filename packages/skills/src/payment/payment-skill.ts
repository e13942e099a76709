import { randomUUID } from 'node:crypto';
import { BatonError, type Budget, type Context, getContext, HandoffError, hook, Skill } from '@baton/runtime';
import { persist } from '../persist.ts';
import { type Amount, formatAmount, minorDigits, toMinor } from './amount.ts';
import type { Balance } from './ledger-fold.ts';
import { type PaymentLimits, SpendingLimits } from './limits.ts';
import { Prices, payee } from './prices.ts';
import { type Order, type Reservation, Reservations } from './reservations.ts';

export interface PaymentOptions {
  /** ISO 4217 code of the one currency this agent charges in; each currency has a ledger of its own. Default `USD`. */
  readonly currency?: string;
  /** What agents cost here, by the name the handoff uses, whatever their cards say. */
  readonly prices?: Readonly<Record<string, Amount>>;
  /** The most one user may spend; each limit is asked with every charge. Default: no limit but the balance. */
  readonly limits?: PaymentLimits;
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
  readonly #reservations: Reservations;
  readonly #pending = new WeakMap<Context, Pending>();

  /** @throws {BatonError} INVALID_ARGUMENT for a currency, a price or a limit that is none. */
  constructor(options: PaymentOptions = {}) {
    super();
    const { currency = 'USD', prices = {}, limits = {}, graceMs = GRACE_MS, now = Date.now } = options;
    minorDigits(currency);
    if (!(Number.isFinite(graceMs) && graceMs >= 0)) {
      throw new BatonError('INVALID_ARGUMENT', `"graceMs" must be 0 or more milliseconds, not ${graceMs}`);
    }
    this.#currency = currency;
    this.#prices = new Prices(prices, currency);
    this.#graceMs = graceMs;
    this.#reservations = new Reservations({
      currency,
      limits: new SpendingLimits(limits, currency),
      now,
      port: () => this.port,
    });
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
   * @throws {BatonError} INVALID_ARGUMENT for an amount that is none, PAYMENT_REQUIRED for one over a limit or the run's
   * budget, FAILED_PRECONDITION when the handoff or key was charged with something else, UNAVAILABLE when the ledger
   * cannot be reached.
   */
  async chargeUser(charge: Charge): Promise<boolean> {
    return await this.#charge(charge, currentContext());
  }

  /** Puts money on a user's balance: for operators. What pays for it happens elsewhere. */
  async deposit(deposit: Deposit): Promise<void> {
    const { userId, amount, key = randomUUID() } = deposit ?? {};
    if (typeof userId !== 'string' || userId === '') {
      throw new BatonError('INVALID_ARGUMENT', 'a deposit needs a "userId" and an "amount"');
    }
    const minor = toMinor(amount, this.#currency);
    if (minor === 0) return;
    const ledger = await this.#reservations.ledger();
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
    return await (await this.#reservations.ledger()).balance(userId);
  }

  /** What an agent has earned, in whole minor units. */
  async earned(agent: string): Promise<number> {
    return await (await this.#reservations.ledger()).earned(payee(agent, this.port.owner) ?? agent);
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
    if (!pending || !reservation || isBeingRedone(context)) return;
    const reservations = this.#reservations;
    const { isPaid } = pending;
    const { success = false, fallback = false } = context.handoffResult ?? {};
    const isTarget = reservation.to === payee(context.handoffAgent ?? '', this.port.owner);
    if (isPaid && success && !fallback && isTarget) {
      // What is worth a durable run is worth waiting for the broker: the work was done, and is to be paid.
      const mayTry = () => context.scope.journal !== undefined && !context.signal.aborted;
      await persist(() => reservations.settle(reservation, `${pending.id}:settle`), mayTry);
    } else if (await reservations.refund(reservation, `${pending.id}:refund`)) {
      context.budget?.settle(reservation.key, 0);
    }
  }

  async #charge(charge: Charge, context?: Context): Promise<boolean> {
    const { userId, amount, description = '', key } = charge ?? {};
    const minor = toMinor(amount, this.#currency);
    if (typeof userId !== 'string' || userId === '') return false;
    if (minor === 0) return true;
    const pending = key === undefined && context ? this.#pending.get(context) : undefined;
    const earner = (pending && context?.handoffAgent) || this.host.agentName;
    const to = payee(earner, this.port.owner) ?? earner;
    const base = pending?.id ?? key ?? randomUUID();
    const reservation = { key: `${base}:reserve`, user: userId, amount: minor, to };
    const holdMs = Math.max(1, Math.ceil((context?.remainingMs ?? 0) + this.#graceMs));
    const order = {
      reservation,
      holdMs,
      note: description.slice(0, MAX_NOTE),
      conversation: context?.conversation,
      target: pending && context?.handoffAgent,
    };
    if (pending) return await this.#reserveFor(pending, order, context?.budget);
    const isReserved = await this.#reserveWithin(context?.budget, order);
    if (isReserved) await this.#reservations.settle(reservation, `${base}:settle`);
    return isReserved;
  }

  async #reserveFor(pending: Pending, order: Order, budget: Budget | undefined): Promise<boolean> {
    const { reservation } = order;
    try {
      const isReserved = await this.#reserveWithin(budget, order);
      if (isReserved) Object.assign(pending, { reservation, isPaid: true });
      return isReserved;
    } catch (error) {
      // Nobody knows whether it is held: it is given back with the handoff, which fails now.
      if (BatonError.from(error).retryable) pending.reservation ??= reservation;
      throw error;
    }
  }

  /** What the run's budget allows; what is not charged after all does not count. */
  async #reserveWithin(budget: Budget | undefined, order: Order): Promise<boolean> {
    const { key } = order.reservation;
    const taken = budget && this.#takeFrom(budget, order);
    const giveBack = () => {
      if (taken === 'taken') budget?.settle(key, 0);
    };
    try {
      const isReserved = await this.#reservations.reserve(order);
      if (!isReserved) giveBack();
      return isReserved;
    } catch (error) {
      // Where nobody knows whether it is held, it counts as spent until it is refunded.
      if (!BatonError.from(error).retryable) giveBack();
      throw error;
    }
  }

  #takeFrom(budget: Budget, { reservation: { key, amount }, target }: Order): 'taken' | 'known' {
    const { currency } = budget;
    if (currency !== this.#currency) {
      const message = `the budget is in ${currency}; this agent pays in ${this.#currency}`;
      throw new HandoffError(message, { code: 'FAILED_PRECONDITION', target });
    }
    const taken = budget.take(key, amount);
    if (taken !== 'short') return taken;
    const left = formatAmount(budget.amount, currency);
    const message = `payment required: ${formatAmount(amount, currency)} is more than is left of the budget, ${left}`;
    throw new HandoffError(message, { code: 'PAYMENT_REQUIRED', target });
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

/**
 * Whether another attempt of the same durable run goes on with the same hold: this one was broken off, or the broker
 * did not say what came of it, and both say UNAVAILABLE. To give it back would take it from under that attempt; a hold
 * that nobody goes on with runs out by itself.
 */
function isBeingRedone({ scope, signal, handoffResult }: Context): boolean {
  if (handoffResult?.success || !scope.journal) return false;
  const error = signal.aborted ? BatonError.from(signal.reason) : handoffResult?.error;
  return error?.code === 'UNAVAILABLE';
}
