import { expect, it } from 'vitest';
import { Ledger } from '../../../src/payment/ledger.ts';
import { LedgerFold } from '../../../src/payment/ledger-fold.ts';
import type { Limits, Transfer } from '../../../src/payment/transfer.ts';
import { memoryLog } from './memory-log.ts';

const DAY_MS = 86_400_000;
const NOON = 20_000 * DAY_MS + DAY_MS / 2;
const MIDNIGHT = 20_001 * DAY_MS;

const deposit = (amount: number, user = 'ada'): Transfer => ({
  kind: 'deposit',
  key: `d-${user}`,
  user,
  amount,
});

interface Charge {
  readonly user?: string;
  readonly conversation?: string;
  readonly limits?: Limits;
  readonly holdMs?: number;
}

const reserve = (key: string, amount: number, { user = 'ada', holdMs = 1000, ...more }: Charge = {}) =>
  ({ kind: 'reserve', key, user, amount, to: 'test/expert', holdMs, ...more }) as const;

/** A fold that has given ada and eve 1000 each, and how to put the next entry of a lone writer into it. */
function account() {
  const fold = new LedgerFold();
  const put = (transfer: Transfer, time = NOON, v: 1 | 2 = 2) =>
    fold.apply({ sequence: fold.last + 1, time, value: { v, prev: fold.head(transfer.user), transfer } });
  put(deposit(1000));
  put(deposit(1000, 'eve'));
  return { fold, put };
}

it('counts a charge up to the limit of its conversation, to the cent, for each user alone', () => {
  const { put } = account();
  const more = { conversation: 'c', limits: { perConversation: 100 } };
  expect(put(reserve('a', 60, more))).toBe('counted');
  expect(put(reserve('b', 41, more))).toBe('over-conversation');
  expect(put(reserve('c', 40, more))).toBe('counted');
  expect(put(reserve('d', 1, more))).toBe('over-conversation');
  expect(put(reserve('e', 100, { ...more, user: 'eve' }))).toBe('counted');
  expect(put(reserve('f', 100, { ...more, conversation: 'other' }))).toBe('counted');
});

it('begins a new day at midnight UTC by the broker, and lets a charge belong to the day it was reserved on', () => {
  const { fold, put } = account();
  const limits = { perDay: 100 };
  expect(put(reserve('a', 100, { limits }), MIDNIGHT - 1)).toBe('counted');
  expect(put(reserve('b', 1, { limits }), MIDNIGHT - 1)).toBe('over-day');
  expect(put(reserve('b', 100, { limits }), MIDNIGHT)).toBe('counted');
  // Settled on the next day, spent on the day before.
  put({ kind: 'settle', key: 's', user: 'ada', amount: 100, reservation: 'a' }, MIDNIGHT);
  expect(fold.spent('ada', { now: MIDNIGHT }).today).toBe(100);
});

it('does not count what was refunded, held too long, or not spent of what was held', () => {
  const { fold, put } = account();
  const more = { conversation: 'c', limits: { perConversation: 100, perDay: 100 } };
  put(reserve('a', 100, more));
  put({ kind: 'refund', key: 'a-refund', user: 'ada', reservation: 'a' });
  put(reserve('b', 100, more));
  put({ kind: 'settle', key: 'b-settle', user: 'ada', amount: 30, reservation: 'b' });
  expect(put(reserve('c', 70, { ...more, holdMs: 1000 }))).toBe('counted');
  expect(put(reserve('d', 70, more), NOON + 999)).toBe('over-conversation');
  expect(fold.spent('ada', { conversation: 'c', now: NOON + 1000 })).toEqual({
    inConversation: 30,
    today: 30,
  });
  expect(put(reserve('d', 70, more), NOON + 1000)).toBe('counted');
});

it('counts entries from before there were limits for the day, and those of agents without limits', () => {
  const { put } = account();
  expect(put(reserve('old', 90), NOON, 1)).toBe('counted');
  expect(put(reserve('a', 11, { conversation: 'c', limits: { perDay: 100 } }))).toBe('over-day');
  expect(put(reserve('b', 500, { conversation: 'c' }), NOON, 1)).toBe('counted');
  expect(put(reserve('c', 1, { conversation: 'c', limits: { perConversation: 500 } }))).toBe(
    'over-conversation',
  );
});

it('lets two writers race for one limit: no more than it allows is spent', async () => {
  const log = memoryLog(() => NOON);
  const ledgers = Array.from({ length: 4 }, () => new Ledger({ log, now: () => NOON }));
  await ledgers[0]!.write(deposit(1000));
  const charge = (index: number) =>
    ledgers[index % 4]!.write(reserve(`r${index}`, 10, { limits: { perDay: 55 } }));
  const verdicts = await Promise.all(Array.from({ length: 20 }, (_, index) => charge(index)));
  expect(verdicts.filter((each) => each === 'counted')).toHaveLength(5);
  expect(verdicts.filter((each) => each === 'over-day')).toHaveLength(15);
});

it('lets the broker say which day it is: a clock that is fast wins nothing', async () => {
  const log = memoryLog(() => NOON);
  const fast = new Ledger({ log, now: () => NOON + DAY_MS });
  await fast.write(deposit(1000));
  await fast.write(reserve('a', 100, { limits: { perDay: 100 }, holdMs: 3 * DAY_MS }));
  expect(await fast.write(reserve('b', 1, { limits: { perDay: 100 } }))).toBe('over-day');
});

it('writes what older readers would count wrongly as an entry they stop at', async () => {
  const log = memoryLog(() => NOON);
  const ledger = new Ledger({ log, now: () => NOON });
  await ledger.write(deposit(1000));
  await ledger.write(reserve('a', 1, { conversation: 'c' }));
  await ledger.write(reserve('b', 1, { limits: { perDay: 100 } }));
  expect(log.values.map((value) => (value as { v: number }).v)).toEqual([1, 1, 2]);
});
