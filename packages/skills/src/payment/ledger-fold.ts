import { BatonError } from '@baton/runtime';
import { dayOf, type Spend, Spending, type Spent } from './spending.ts';
import { bodyOf, ENTRY_VERSION, Entry, type Transfer } from './transfer.ts';

/** What came of a transfer: `counted`; `repeated`, it had counted before; or why it does not count. */
export type Verdict =
  | 'counted'
  | 'repeated'
  /** It is no entry. */
  | 'malformed'
  /** Another entry of the same user came first. */
  | 'outrun'
  /** Its key belongs to another transfer. */
  | 'key-reused'
  | 'insufficient'
  /** The user would have spent more in the conversation than the charge itself allows ... */
  | 'over-conversation'
  /** ... or on the day. */
  | 'over-day'
  /** More than whole numbers can count. */
  | 'overflow'
  | 'no-reservation'
  /** The hold was settled, refunded, or is over. */
  | 'closed'
  | 'over-reserved';

/** What a user has, in whole minor units. */
export interface Balance {
  readonly available: number;
  /** Held for handoffs under way. */
  readonly reserved: number;
}

export type HoldState = 'held' | 'settled' | 'refunded' | 'expired';

interface Hold extends Spend {
  readonly amount: number;
  readonly to: string;
  readonly expiresAt: number;
  state: HoldState;
}

/** An entry of the log, as the fold wants it. */
export interface FoldInput {
  readonly sequence: number;
  /** When the broker took it, milliseconds since the epoch. */
  readonly time: number;
  readonly value: unknown;
}

/** Where deposits come from; it is as far below zero as all others together are above. */
const WORLD = 'world';
const userAccount = (user: string) => `user:${user}`;
const heldAccount = (user: string) => `held:${user}`;
const agentAccount = (agent: string) => `agent:${agent}`;

/**
 * The ledger's state as a pure function of the log: whoever reads the same entries comes to the same balances, and
 * agrees on which entries count. Of several entries that follow on the same one of a user's, the first counts. Time
 * is what the broker stamped on the entries; a hold that is over by then is released without an entry.
 */
export class LedgerFold {
  #last = 0;
  #clock = 0;
  readonly #accounts = new Map<string, number>();
  readonly #heads = new Map<string, number>();
  readonly #bodies = new Map<string, string>();
  readonly #holds = new Map<string, Hold>();
  /** Keys of each user's holds that are not closed. */
  readonly #open = new Map<string, Set<string>>();
  readonly #spending = new Spending();

  /** The sequence of the last entry taken in, counted or not; 0 at the start. */
  get last(): number {
    return this.#last;
  }

  /** The sequence of the user's last entry that counted; 0 when there is none. */
  head(user: string): number {
    return this.#heads.get(user) ?? 0;
  }

  /**
   * Takes in the next entry and tells whether it counts.
   * @throws {BatonError} FAILED_PRECONDITION for an entry of a newer version: guessing at money is worse than stopping.
   */
  apply({ sequence, time, value }: FoldInput): Verdict {
    if (sequence !== this.#last + 1) throw new RangeError(`entry ${sequence} came after ${this.#last}`);
    const parsed = Entry.safeParse(value);
    if (!parsed.success && isNewer(value)) {
      throw new BatonError('FAILED_PRECONDITION', `entry ${sequence} of the ledger needs a newer version`);
    }
    this.#last = sequence;
    this.#clock = Math.max(this.#clock, time);
    if (!parsed.success) return 'malformed';
    const { prev, transfer } = parsed.data;
    const verdict = this.judge(transfer, this.#clock);
    if (verdict !== 'counted') return verdict;
    if (prev !== this.head(transfer.user)) return 'outrun';
    this.#release(transfer.user);
    this.#carryOut(transfer);
    this.#bodies.set(transfer.key, bodyOf(transfer));
    this.#heads.set(transfer.user, sequence);
    return 'counted';
  }

  /** What would come of a transfer that was the log's next entry, at `now`, milliseconds since the epoch. */
  judge(transfer: Transfer, now: number): Verdict {
    const known = this.#bodies.get(transfer.key);
    if (known !== undefined) return known === bodyOf(transfer) ? 'repeated' : 'key-reused';
    switch (transfer.kind) {
      case 'deposit':
        return Number.isSafeInteger(this.#of(WORLD) - transfer.amount) ? 'counted' : 'overflow';
      case 'reserve':
        return this.#judgeReserve(transfer, now);
      case 'settle':
      case 'refund': {
        const hold = this.#holds.get(transfer.reservation);
        if (!hold || hold.user !== transfer.user) return 'no-reservation';
        if (stateAt(hold, this.#later(now)) !== 'held') return 'closed';
        return transfer.kind === 'settle' && transfer.amount > hold.amount ? 'over-reserved' : 'counted';
      }
    }
  }

  /** What a user has at `now`, milliseconds since the epoch; holds that are over count as available. */
  balance(user: string, now: number): Balance {
    let released = 0;
    for (const hold of this.#openHolds(user)) {
      if (stateAt(hold, this.#later(now)) === 'expired') released += hold.amount;
    }
    return {
      available: this.#of(userAccount(user)) + released,
      reserved: this.#of(heldAccount(user)) - released,
    };
  }

  /**
   * What a user has spent by `now`, milliseconds since the epoch: on that day (UTC), and in a conversation. What is
   * held counts, on the day it was reserved; what was refunded, or held too long, does not.
   */
  spent(
    user: string,
    { conversation, now }: { readonly conversation?: string | undefined; readonly now: number },
  ): Spent {
    const at = this.#later(now);
    const day = dayOf(at);
    let { inConversation, today } = this.#spending.of({ user, conversation, day });
    for (const hold of this.#openHolds(user)) {
      if (stateAt(hold, at) !== 'expired') continue;
      if (conversation !== undefined && hold.conversation === conversation) inConversation -= hold.amount;
      if (hold.day === day) today -= hold.amount;
    }
    return { inConversation, today };
  }

  /** What an agent has earned, in whole minor units. */
  earned(agent: string): number {
    return this.#of(agentAccount(agent));
  }

  /** How a hold stands at `now`, milliseconds since the epoch; undefined when there never was one. */
  holdState(key: string, now: number): HoldState | undefined {
    const hold = this.#holds.get(key);
    return hold && stateAt(hold, this.#later(now));
  }

  /** Every account and what is on it; together they are zero. */
  accounts(): ReadonlyMap<string, number> {
    return this.#accounts;
  }

  #judgeReserve(
    { user, amount, conversation, limits = {} }: Extract<Transfer, { kind: 'reserve' }>,
    now: number,
  ): Verdict {
    const { perConversation = Number.POSITIVE_INFINITY, perDay = Number.POSITIVE_INFINITY } = limits;
    const { inConversation, today } = this.spent(user, { conversation, now });
    if (conversation !== undefined && inConversation + amount > perConversation) return 'over-conversation';
    if (today + amount > perDay) return 'over-day';
    return this.balance(user, now).available < amount ? 'insufficient' : 'counted';
  }

  #carryOut(transfer: Transfer): void {
    const { kind, key, user } = transfer;
    if (kind === 'deposit') {
      this.#move(WORLD, userAccount(user), transfer.amount);
    } else if (kind === 'reserve') {
      const { amount, to, holdMs, conversation } = transfer;
      const spend = { user, conversation, day: dayOf(this.#clock) };
      this.#move(userAccount(user), heldAccount(user), amount);
      this.#spending.add(spend, amount);
      this.#holds.set(key, { ...spend, amount, to, expiresAt: this.#clock + holdMs, state: 'held' });
      this.#open.set(user, (this.#open.get(user) ?? new Set()).add(key));
    } else {
      const hold = this.#holds.get(transfer.reservation) as Hold;
      const spent = kind === 'settle' ? transfer.amount : 0;
      this.#move(heldAccount(user), agentAccount(hold.to), spent);
      this.#close(transfer.reservation, kind === 'settle' ? 'settled' : 'refunded', hold.amount - spent);
    }
  }

  /** Gives back what was held too long. */
  #release(user: string): void {
    for (const key of [...(this.#open.get(user) ?? [])]) {
      const hold = this.#holds.get(key) as Hold;
      if (stateAt(hold, this.#clock) === 'expired') this.#close(key, 'expired', hold.amount);
    }
  }

  #close(key: string, state: HoldState, givenBack: number): void {
    const hold = this.#holds.get(key) as Hold;
    hold.state = state;
    this.#open.get(hold.user)?.delete(key);
    this.#move(heldAccount(hold.user), userAccount(hold.user), givenBack);
    this.#spending.add(hold, -givenBack);
  }

  #move(from: string, to: string, amount: number): void {
    if (amount === 0) return;
    this.#accounts.set(from, this.#of(from) - amount);
    this.#accounts.set(to, this.#of(to) + amount);
  }

  *#openHolds(user: string): Generator<Hold> {
    for (const key of this.#open.get(user) ?? []) yield this.#holds.get(key) as Hold;
  }

  #of(account: string): number {
    return this.#accounts.get(account) ?? 0;
  }

  /** A reader whose clock is behind does not turn back what the log has seen. */
  #later(now: number): number {
    return Math.max(now, this.#clock);
  }
}

function stateAt(hold: Hold, now: number): HoldState {
  return hold.state === 'held' && hold.expiresAt <= now ? 'expired' : hold.state;
}

function isNewer(value: unknown): boolean {
  const version = (value as { v?: unknown } | null | undefined)?.v;
  return typeof version === 'number' && version > ENTRY_VERSION;
}
