import { setTimeout as sleep } from 'node:timers/promises';
import { BatonError, type HandoffPort } from '@baton/runtime';
import { type Balance, type HoldState, LedgerFold, type Verdict } from './ledger-fold.ts';
import type { Spent } from './spending.ts';
import { type Entry, type Transfer, toEntry } from './transfer.ts';

/** What the ledger is kept in. */
export type LedgerLog = Awaited<ReturnType<HandoffPort['log']>>;

export interface LedgerOptions {
  readonly log: LedgerLog;
  /** Milliseconds since the epoch; only guesses whether a hold is over, the broker's stamp decides. Default `Date.now`. */
  readonly now?: () => number;
  /** How long to go on when others keep writing first, or the broker is silent, milliseconds. Default 5000. */
  readonly patienceMs?: number;
}

/** Longest pause after others wrote first, milliseconds. */
const MAX_PAUSE_MS = 40;

/**
 * Reads and writes the ledger. Any number of writers may share a log: each appends only to what it has read, reads
 * its entry back, and believes the fold alone about whether it counted.
 */
export class Ledger {
  readonly #log: LedgerLog;
  readonly #now: () => number;
  readonly #patienceMs: number;
  #fold = new LedgerFold();
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ log, now = Date.now, patienceMs = 5000 }: LedgerOptions) {
    this.#log = log;
    this.#now = now;
    this.#patienceMs = patienceMs;
  }

  /**
   * Writes a transfer and tells what came of it. One that is refused leaves nothing behind and may be tried again.
   * @throws {BatonError} UNAVAILABLE when that is not known; writing it again, with its key, is safe and tells.
   */
  write(transfer: Transfer): Promise<Verdict> {
    return this.#inTurn(() => this.#write(transfer));
  }

  /** What a user has now. */
  balance(user: string): Promise<Balance> {
    return this.#read((fold) => fold.balance(user, this.#now()));
  }

  /** What an agent has earned, in whole minor units. */
  earned(agent: string): Promise<number> {
    return this.#read((fold) => fold.earned(agent));
  }

  /** What a user has spent today (UTC), and in a conversation; see `LedgerFold.spent`. */
  spent(user: string, conversation?: string): Promise<Spent> {
    return this.#read((fold) => fold.spent(user, { conversation, now: this.#now() }));
  }

  /** How a hold stands now; undefined when there never was one. */
  holdState(key: string): Promise<HoldState | undefined> {
    return this.#read((fold) => fold.holdState(key, this.#now()));
  }

  #read<T>(look: (fold: LedgerFold) => T): Promise<T> {
    return this.#inTurn(async () => {
      await this.#catchUp();
      return look(this.#fold);
    });
  }

  async #write(transfer: Transfer): Promise<Verdict> {
    const giveUpAt = performance.now() + this.#patienceMs;
    let reason: unknown;
    for (let tries = 1; ; tries += 1) {
      try {
        const verdict = await this.#attempt(transfer);
        if (verdict !== 'outrun') return verdict;
      } catch (error) {
        if (!(error instanceof BatonError && error.retryable)) throw error;
        reason = error;
      }
      if (performance.now() > giveUpAt) {
        throw new BatonError('UNAVAILABLE', `the ledger did not take "${transfer.key}" in time`, {
          cause: reason,
        });
      }
      await sleep(Math.random() * Math.min(MAX_PAUSE_MS, 4 * tries));
    }
  }

  /** Appends to what is known, when it may count. `outrun` when others wrote first. */
  async #attempt(transfer: Transfer): Promise<Verdict> {
    await this.#catchUp();
    const fold = this.#fold;
    const guess = fold.judge(transfer, this.#now());
    // The clocks may differ: what counts by the one or the other is put before the broker.
    if (guess !== 'counted' && fold.judge(transfer, 0) !== 'counted') return guess;
    const entry = toEntry(transfer, fold.head(transfer.user));
    const expectedLast = fold.last;
    // An attempt is named by its place too: what did not count there may be tried again further on.
    const id = `${transfer.key}@${expectedLast}`;
    const sequence = await this.#log.append(entry, { id, expectedLast });
    if (sequence === undefined) return 'outrun';
    return (await this.#catchUp({ sequence, key: transfer.key })) ?? 'outrun';
  }

  /** Reads what is new; returns what came of the entry that was written, once it has been read back. */
  async #catchUp(written?: { sequence: number; key: string }): Promise<Verdict | undefined> {
    let verdict: Verdict | undefined;
    for await (const entry of this.#log.read(this.#fold.last + 1)) {
      const each = this.#fold.apply(entry);
      if (entry.sequence !== written?.sequence) continue;
      const isOwn = (entry.value as Partial<Entry> | undefined)?.transfer?.key === written.key;
      if (isOwn) verdict = each;
      // The broker told one writer that it stored another's entry: what was read from it so far is worth nothing.
      else return void this.#startAnew();
    }
    return verdict;
  }

  #startAnew(): void {
    this.#fold = new LedgerFold();
  }

  /** One after the other: this writer need not race itself. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
