import { BatonError, HandoffError } from '@baton/runtime';
import { type Amount, formatAmount, toMinor } from './amount.ts';
import type { Ledger } from './ledger.ts';
import type { Limits } from './transfer.ts';

/** The most one user may spend, in all that the ledger knows of: with other agents too. */
export interface PaymentLimits {
  /** With one charge, in a handoff or elsewhere. */
  readonly perHandoff?: Amount;
  readonly perConversation?: Amount;
  /** On one day (UTC), by the broker's clock. */
  readonly perDay?: Amount;
}

type Kind = keyof PaymentLimits;
const KINDS: readonly Kind[] = ['perHandoff', 'perConversation', 'perDay'];
const WHERE = { perConversation: 'in this conversation', perDay: 'today' } as const;

/** A charge that may be over a limit. */
export interface Limited {
  readonly user: string;
  readonly amount: number;
  readonly conversation: string | undefined;
  /** The agent that is handed to; undefined outside a handoff. */
  readonly target: string | undefined;
}

/** What this agent lets its users spend, and how it says no. */
export class SpendingLimits {
  readonly #minor: Readonly<Partial<Record<Kind, number>>>;
  readonly #currency: string;
  /** What the ledger judges, with each charge; undefined for nothing. */
  readonly judged: Limits | undefined;

  /** @throws {BatonError} INVALID_ARGUMENT for a limit that is no amount, or of a kind there is not. */
  constructor(limits: PaymentLimits, currency: string) {
    const unknown = Object.keys(limits).find((kind) => !KINDS.includes(kind as Kind));
    if (unknown !== undefined) {
      throw new BatonError('INVALID_ARGUMENT', `"limits" has no "${unknown}"; it takes ${KINDS.join(', ')}`);
    }
    const given = KINDS.filter((kind) => limits[kind] !== undefined);
    const minor: Partial<Record<Kind, number>> = Object.fromEntries(
      given.map((kind) => [kind, toMinor(limits[kind] ?? 0, currency, `limits.${kind}`)]),
    );
    const { perHandoff: _alone, ...judged } = minor;
    this.#minor = minor;
    this.#currency = currency;
    this.judged = Object.keys(judged).length > 0 ? judged : undefined;
  }

  /** What needs no ledger to know. @throws {HandoffError} PAYMENT_REQUIRED for a charge that is too large by itself. */
  check(charge: Limited): void {
    if (charge.amount > (this.#minor.perHandoff ?? Number.POSITIVE_INFINITY)) {
      throw this.#refusal('perHandoff', charge, 0);
    }
  }

  /** Why the ledger did not take a charge: names the limit, what was spent, what this would cost. */
  async explain(
    verdict: 'over-conversation' | 'over-day',
    charge: Limited,
    ledger: Ledger,
  ): Promise<HandoffError> {
    const { inConversation, today } = await ledger.spent(charge.user, charge.conversation);
    return verdict === 'over-day'
      ? this.#refusal('perDay', charge, today)
      : this.#refusal('perConversation', charge, inConversation);
  }

  #refusal(kind: Kind, { amount, target }: Limited, spent: number): HandoffError {
    const show = (minor: number) => formatAmount(minor, this.#currency);
    const before = kind === 'perHandoff' ? '' : `, after ${show(spent)} spent ${WHERE[kind]},`;
    const message = `payment required: ${show(amount)}${before} is over the limit "${kind}" of ${show(this.#minor[kind] ?? 0)}`;
    return new HandoffError(message, { code: 'PAYMENT_REQUIRED', target });
  }
}
