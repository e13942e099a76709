import { expect, it } from 'vitest';
import { LedgerFold } from '../../../src/payment/ledger-fold.ts';
import type { Transfer } from '../../../src/payment/transfer.ts';

/** Appends to a fold as a lone writer would; `time` in milliseconds. */
function writer(fold = new LedgerFold()) {
  const put = (transfer: Transfer, { time = 0, prev = fold.head(transfer.user) } = {}) =>
    fold.apply({ sequence: fold.last + 1, time, value: { v: 1, prev, transfer } });
  return { fold, put };
}

const deposit = (key: string, amount: number, user = 'ada'): Transfer => ({
  kind: 'deposit',
  key,
  user,
  amount,
});
const reserve = (key: string, amount: number, { user = 'ada', holdMs = 1000 } = {}): Transfer => ({
  kind: 'reserve',
  key,
  user,
  amount,
  to: 'test/expert',
  holdMs,
});
const settle = (key: string, reservation: string, { amount = 10, user = 'ada' } = {}): Transfer => ({
  kind: 'settle',
  key,
  user,
  amount,
  reservation,
});
const refund = (key: string, reservation: string, user = 'ada'): Transfer => ({
  kind: 'refund',
  key,
  user,
  reservation,
});

it('moves money from a deposit to the agent that earned it', () => {
  const { fold, put } = writer();
  expect(put(deposit('d', 100))).toBe('counted');
  expect(put(reserve('r', 60))).toBe('counted');
  expect(fold.balance('ada', 0)).toEqual({ available: 40, reserved: 60 });
  expect(put(settle('s', 'r', { amount: 50 }))).toBe('counted');
  expect(fold.balance('ada', 0)).toEqual({ available: 50, reserved: 0 });
  expect(fold.earned('test/expert')).toBe(50);
});

it('refuses what the user does not have, to the cent', () => {
  const { put } = writer();
  put(deposit('d', 100));
  expect(put(reserve('r1', 101))).toBe('insufficient');
  expect(put(reserve('r2', 100))).toBe('counted');
  expect(put(reserve('r3', 1))).toBe('insufficient');
  expect(put(reserve('r4', 1, { user: 'eve' }))).toBe('insufficient');
});

it('counts the first of two entries that follow on the same one', () => {
  const { fold, put } = writer();
  put(deposit('d', 100));
  const prev = fold.head('ada');
  expect(put(reserve('r1', 10), { prev })).toBe('counted');
  expect(put(reserve('r2', 10), { prev })).toBe('outrun');
  expect(fold.balance('ada', 0).reserved).toBe(10);
});

it('lets users write side by side: each has a chain of its own', () => {
  const { fold, put } = writer();
  expect(put(deposit('d1', 1), { prev: 0 })).toBe('counted');
  expect(put(deposit('d2', 1, 'eve'), { prev: 0 })).toBe('counted');
  expect([fold.head('ada'), fold.head('eve')]).toEqual([1, 2]);
});

it('gives one key one outcome, and refuses it for another transfer', () => {
  const { fold, put } = writer();
  put(deposit('d', 100));
  put(reserve('r', 10));
  expect(put(reserve('r', 10, { holdMs: 5 }))).toBe('repeated');
  expect(put(reserve('r', 11))).toBe('key-reused');
  expect(put(deposit('d', 100, 'eve'))).toBe('key-reused');
  expect(fold.balance('ada', 0)).toEqual({ available: 90, reserved: 10 });
});

it('ends a hold once', () => {
  const { put } = writer();
  put(deposit('d', 100));
  put(reserve('r', 10));
  expect(put(settle('s', 'r', { amount: 11 }))).toBe('over-reserved');
  expect(put(settle('s', 'nothing', { amount: 10 }))).toBe('no-reservation');
  expect(put(settle('s', 'r', { user: 'eve' }))).toBe('no-reservation');
  expect(put(refund('f', 'r'))).toBe('counted');
  expect(put(settle('s', 'r', { amount: 10 }))).toBe('closed');
  expect(put(refund('f', 'r'))).toBe('repeated');
  expect(put(refund('f2', 'r'))).toBe('closed');
});

it('releases a hold when its time is over, by the stamps in the log', () => {
  const { fold, put } = writer();
  put(deposit('d', 100), { time: 1000 });
  put(reserve('r', 100, { holdMs: 500 }), { time: 1000 });
  expect(fold.balance('ada', 1499)).toEqual({ available: 0, reserved: 100 });
  expect(fold.balance('ada', 1500)).toEqual({ available: 100, reserved: 0 });
  expect(put(reserve('r2', 1), { time: 1499 })).toBe('insufficient');
  expect(put(reserve('r3', 100), { time: 1500 })).toBe('counted');
  expect(put(settle('s', 'r', { amount: 100 }), { time: 1500 })).toBe('closed');
  expect(fold.holdState('r', 0)).toBe('expired');
});

it('does not turn back when a stamp or a reader is behind', () => {
  const { fold, put } = writer();
  put(deposit('d', 100), { time: 1000 });
  put(reserve('r', 100, { holdMs: 500 }), { time: 1000 });
  put(deposit('d2', 1, 'eve'), { time: 2000 });
  expect(fold.balance('ada', 0).available).toBe(100);
  expect(put(settle('s', 'r', { amount: 100 }), { time: 1200 })).toBe('closed');
});

it.each([
  undefined,
  null,
  'text',
  {},
  { v: 1 },
  { v: 0, prev: 0, transfer: deposit('d', 1) },
  { v: 1, prev: 0, transfer: deposit('d', -1) },
  { v: 1, prev: 0, transfer: deposit('d', 0) },
  { v: 1, prev: 0, transfer: deposit('d', 0.5) },
  { v: 1, prev: 0, transfer: { kind: 'gift', key: 'g', user: 'ada', amount: 1 } },
])('passes over %j', (value) => {
  const { fold, put } = writer();
  expect(fold.apply({ sequence: 1, time: 0, value })).toBe('malformed');
  expect(put(deposit('d', 1))).toBe('counted');
});

it('stops at an entry of a newer version, each time it is read', () => {
  const { fold } = writer();
  const newer = { sequence: 1, time: 0, value: { v: 3 } };
  for (const _ of [1, 2])
    expect(() => fold.apply(newer)).toThrow(expect.objectContaining({ code: 'FAILED_PRECONDITION' }));
});

it('refuses more money than whole numbers can count', () => {
  const { put } = writer();
  expect(put(deposit('d', Number.MAX_SAFE_INTEGER))).toBe('counted');
  expect(put(deposit('e', 1, 'eve'))).toBe('overflow');
});

/** A small generator of repeatable randomness (mulberry32). */
function random(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

const LIMITS = { perConversation: 25, perDay: 40 };
const DAY_MS = 86_400_000;

/** Any transfer, sensible or not, from few keys and users so that they meet. */
function anyTransfer(pick: (below: number) => number): Transfer {
  const user = `u${pick(3)}`;
  const key = `k${pick(60)}`;
  const amount = 1 + pick(30);
  const reservation = `k${pick(60)}`;
  const holdMs = 1 + pick(200);
  const kinds: Transfer[] = [
    deposit(key, amount, user),
    reserve(key, amount, { user, holdMs }),
    { ...reserve(key, amount, { user, holdMs }), conversation: `c${pick(2)}`, limits: LIMITS } as Transfer,
    settle(key, reservation, { amount, user }),
    refund(key, reservation, user),
  ];
  return kinds[pick(kinds.length)] as Transfer;
}

function checkInvariants(fold: LedgerFold, now: number): void {
  let sum = 0;
  for (const [account, amount] of fold.accounts()) {
    sum += amount;
    if (account !== 'world' && amount < 0) expect.fail(`${account} is ${amount}`);
  }
  if (sum !== 0) expect.fail(`the sum is ${sum}`);
  for (const user of ['u0', 'u1', 'u2']) {
    const { available, reserved } = fold.balance(user, now);
    if (available < 0 || reserved < 0) expect.fail(`${user}: ${available}, ${reserved}`);
    for (const conversation of ['c0', 'c1']) {
      const { inConversation, today } = fold.spent(user, { conversation, now });
      if (inConversation < 0 || today < 0) expect.fail(`${user} has spent ${inConversation}, ${today}`);
    }
  }
}

it('keeps its promises for 1000 random logs of several writers', () => {
  let counted = 0;
  for (let seed = 1; seed <= 1000; seed += 1) {
    const pick = random(seed);
    const fold = new LedgerFold();
    /** Writers that read now and then only: their `prev` is often stale. */
    const heads = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
    const log: { sequence: number; time: number; value: unknown }[] = [];
    const reserved = new Map<string, number>();
    const ended = new Set<string>();
    // The day changes in the middle.
    let time = DAY_MS - 700;
    for (let step = 0; step < 80; step += 1) {
      time += pick(40) - 3;
      const seen = heads[pick(3)] as Map<string, number>;
      if (pick(2) === 0) for (const user of ['u0', 'u1', 'u2']) seen.set(user, fold.head(user));
      const transfer = anyTransfer(pick);
      const value =
        log.length > 0 && pick(6) === 0
          ? log[pick(log.length)]?.value // a duplicate, late
          : { v: 1, prev: seen.get(transfer.user) ?? 0, transfer };
      const entry = { sequence: log.length + 1, time, value };
      log.push(entry);
      const verdict = fold.apply(entry);
      checkInvariants(fold, time);
      if (verdict !== 'counted') continue;
      counted += 1;
      const put = (value as { transfer: Transfer }).transfer;
      if (put.kind === 'reserve') {
        reserved.set(put.key, put.amount);
        const { inConversation, today } = fold.spent(put.user, { conversation: put.conversation, now: time });
        if (put.limits && (inConversation > 25 || today > 40)) expect.fail(`${put.key} is over a limit`);
        if (today < put.amount) expect.fail(`${put.key} is not counted`);
      }
      if (put.kind === 'settle' || put.kind === 'refund') {
        expect(ended.has(put.reservation)).toBe(false);
        ended.add(put.reservation);
        if (put.kind === 'settle')
          expect(put.amount).toBeLessThanOrEqual(reserved.get(put.reservation) ?? -1);
      }
    }
    // Another reader comes to the same.
    const again = new LedgerFold();
    for (const entry of log) again.apply(entry);
    expect([...again.accounts()]).toEqual([...fold.accounts()]);
  }
  expect(counted).toBeGreaterThan(5000);
});
