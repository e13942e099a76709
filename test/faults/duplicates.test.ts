import { expect, it } from 'vitest';
import { LedgerFold } from '../../packages/skills/src/payment/ledger-fold.ts';
import type { Transfer } from '../../packages/skills/src/payment/transfer.ts';
import { FaultyBroker } from './support/broker.ts';
import { Duplicator } from './support/duplicator.ts';
import { DurableLoad } from './support/durable-load.ts';
import { WHOLE } from './support/durable-scenarios.ts';
import { note } from './support/figures.ts';

const JOBS = 200;
const SEEDS = 10_000;
const ENTRIES = 60;
/** How far behind a copy may come. */
const WINDOW = 100;

it('comes to the same end when everything is delivered several times and out of order', async () => {
  await using broker = await FaultyBroker.start();
  await using load = await DurableLoad.start(broker.url);
  for (let worker = 0; worker < 2; worker += 1) await load.addWorker({ workMs: 20 });
  await using duplicator = await Duplicator.start(broker.url, load.owner);
  load.ask(JOBS);
  const followed = await load.follow(3);
  await load.answered();
  duplicator.repeatAll();
  await duplicator.quiet();
  const end = await load.settle();
  expect(end).toMatchObject({ ...WHOLE, recordCount: 2 * JOBS, chargeCount: JOBS, again: 0 });
  expect(end.effects).toEqual({ times: JOBS, keys: JOBS });
  expect(followed).toEqual(['it is done', 'it is done', 'it is done']);
  await note({
    test: 'T11',
    promise: `every message of ${JOBS} durable handoffs and of the ledger published 2 to 5 times, out of order within 100: as if once`,
    measured: `${duplicator.again} messages published again, ${end.again} runs done again, ${end.recordCount} terminal records of ${2 * JOBS} runs, ${end.chargeCount} charges`,
    broker: broker.version,
  });
});

/** A small generator of repeatable randomness (mulberry32): whole numbers below a bound. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

/** A deposit, a charge, or the end of a charge that was made before. */
function nextTransfer(pick: (below: number) => number, index: number): Transfer {
  const user = `u${pick(3)}`;
  const key = `k${index}`;
  const amount = 1 + pick(9);
  const reservation = `k${pick(index + 1)}`;
  const kinds: Transfer[] = [
    { kind: 'deposit', key, user, amount },
    { kind: 'reserve', key, user, amount, to: 'acme/back', holdMs: 1000 },
    { kind: 'settle', key, user, amount, reservation },
    { kind: 'refund', key, user, reservation },
  ];
  return kinds[pick(kinds.length)] as Transfer;
}

it(`counts each entry of the ledger once for ${SEEDS} ways to repeat them out of order`, async () => {
  let copies = 0;
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const pick = random(seed);
    const once = new LedgerFold();
    const often = new LedgerFold();
    /** What counted, with the copies of it that are still to come. */
    const counted: { value: unknown; left: number }[] = [];
    /** The fold of single entries has an empty place where the other one has a copy. */
    const append = (value: unknown, isCopy: boolean) => {
      const place = { sequence: often.last + 1, time: often.last };
      const verdict = often.apply({ ...place, value });
      if (isCopy && verdict !== 'repeated') throw new Error(`seed ${seed}: a copy was ${verdict}`);
      once.apply({ ...place, value: isCopy ? null : value });
      return verdict;
    };
    for (let index = 0; index < ENTRIES; index += 1) {
      const transfer = nextTransfer(pick, index);
      const value = { v: 1, prev: often.head(transfer.user), transfer };
      if (append(value, false) === 'counted') counted.push({ value, left: 1 + pick(4) });
      while (pick(3) > 0) {
        const near = counted.slice(-WINDOW).filter(({ left }) => left > 0);
        const copied = near[pick(near.length)];
        if (!copied) break;
        copied.left -= 1;
        copies += 1;
        append(copied.value, true);
      }
    }
    if (JSON.stringify([...often.accounts()]) !== JSON.stringify([...once.accounts()])) {
      throw new Error(`seed ${seed}: copies have changed the accounts`);
    }
  }
  expect(copies).toBeGreaterThan(SEEDS);
  await note({
    test: 'T11',
    promise: `${SEEDS} random logs of the ledger whose entries come 2 to 5 times, out of order within ${WINDOW}: the state is that of single entries`,
    measured: `${copies} copies, 0 counted`,
    broker: 'none',
  });
});
