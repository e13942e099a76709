import { BatonError } from '@baton/runtime';
import { expect, it } from 'vitest';
import { Ledger } from '../../../src/payment/ledger.ts';
import { memoryLog } from './memory-log.ts';

const reserve = (key: string, amount: number, holdMs = 1000) =>
  ({ kind: 'reserve', key, user: 'ada', amount, to: 'test/expert', holdMs }) as const;
const deposit = (key: string, amount: number) => ({ kind: 'deposit', key, user: 'ada', amount }) as const;

it('lets writers race without an overdraft', async () => {
  const log = memoryLog(() => 0);
  const ledgers = Array.from({ length: 4 }, () => new Ledger({ log, now: () => 0 }));
  await ledgers[0]!.write(deposit('d', 100));
  const verdicts = await Promise.all(
    Array.from({ length: 40 }, (_, index) => ledgers[index % 4]!.write(reserve(`r${index}`, 10))),
  );
  expect(verdicts.filter((each) => each === 'counted')).toHaveLength(10);
  expect(verdicts.filter((each) => each === 'insufficient')).toHaveLength(30);
  for (const ledger of ledgers) {
    expect(await ledger.balance('ada')).toEqual({ available: 0, reserved: 100 });
  }
});

it('gives back what a writer that died had reserved, when the hold is over', async () => {
  let time = 1_000_000;
  const now = () => time;
  const log = memoryLog(now);
  const dying = new Ledger({ log, now });
  await dying.write(deposit('d', 100));
  await dying.write(reserve('r', 100, 60_000));
  // It never settles. Another one reads the same log.
  const other = new Ledger({ log, now });
  expect(await other.write(reserve('r2', 100))).toBe('insufficient');
  time += 60_000;
  expect(await other.balance('ada')).toEqual({ available: 100, reserved: 0 });
  expect(await other.holdState('r')).toBe('expired');
  expect(await other.write(reserve('r2', 100))).toBe('counted');
  const late = { kind: 'settle', key: 's', user: 'ada', amount: 100, reservation: 'r' } as const;
  expect(await dying.write(late)).toBe('closed');
});

it('leaves it to the broker when a hold is over: a clock that is fast wins nothing', async () => {
  const log = memoryLog(() => 0);
  const fast = new Ledger({ log, now: () => 3_600_000 });
  await fast.write(deposit('d', 100));
  await fast.write(reserve('r', 100, 60_000));
  expect(await fast.write(reserve('r2', 100))).toBe('insufficient');
  const settle = { kind: 'settle', key: 's', user: 'ada', amount: 100, reservation: 'r' } as const;
  expect(await fast.write(settle)).toBe('counted');
});

it('finds its entry when the broker took it but did not say so', async () => {
  const log = memoryLog(() => 0);
  let isSilent = true;
  const flaky = {
    ...log,
    append: async (...args: Parameters<typeof log.append>) => {
      const sequence = await log.append(...args);
      if (!isSilent) return sequence;
      isSilent = false;
      throw new BatonError('UNAVAILABLE', 'no answer');
    },
  };
  const ledger = new Ledger({ log: flaky, now: () => 0 });
  expect(await ledger.write(deposit('d', 100))).toBe('repeated');
  expect(await ledger.balance('ada')).toEqual({ available: 100, reserved: 0 });
  expect(log.values).toHaveLength(1);
});

it('gives up on a silent broker after the time it was given', async () => {
  const silent = {
    ...memoryLog(() => 0),
    append: () => Promise.reject(new BatonError('UNAVAILABLE', 'no answer')),
  };
  const ledger = new Ledger({ log: silent, patienceMs: 50 });
  await expect(ledger.write(deposit('d', 1))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});

it('does not believe an acknowledgement that names the entry of another', async () => {
  const log = memoryLog(() => 0);
  const other = new Ledger({ log, now: () => 0 });
  let isLying = true;
  const lying = {
    ...log,
    append: async (...args: Parameters<typeof log.append>) => {
      if (!isLying) return log.append(...args);
      isLying = false;
      await other.write(deposit('other', 7));
      return 1;
    },
  };
  const ledger = new Ledger({ log: lying, now: () => 0 });
  expect(await ledger.write(deposit('mine', 100))).toBe('counted');
  expect(await ledger.balance('ada')).toEqual({ available: 107, reserved: 0 });
});
