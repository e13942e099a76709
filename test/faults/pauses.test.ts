import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { FaultyBroker } from './support/broker.ts';
import { DurableLoad } from './support/durable-load.ts';
import { WHOLE } from './support/durable-scenarios.ts';
import { ACK_WAIT_MS } from './support/durable-worker.ts';
import { note } from './support/figures.ts';

const FROZEN_MS = 3000;
const BLOCKED_MS = 3200;
const JOBS = 4;

/** Jobs that a worker has begun when it stands still, and another one takes over; both finish. */
const overtaken = {
  ...WHOLE,
  recordCount: 2 * JOBS,
  chargeCount: JOBS,
  effects: { times: JOBS, keys: JOBS },
};

it(`ends work once, and charges it once, when its worker is frozen for ${FROZEN_MS / 1000} s and goes on`, async () => {
  await using broker = await FaultyBroker.start();
  await using load = await DurableLoad.start(broker.url);
  const frozen = await load.addWorker({ workMs: 500 });
  load.ask(JOBS);
  await frozen.says('began');
  await sleep(100);
  frozen.freeze();
  const second = await load.addWorker();
  await sleep(FROZEN_MS);
  frozen.thaw();
  // The late ones have to find that they are.
  await sleep(1500);
  const end = await load.settle();
  expect(end).toMatchObject(overtaken);
  expect(end.attempts.some(({ pid }) => pid === second.pid)).toBe(true);
  expect(end.again).toBeGreaterThan(0);
  await note({
    test: 'T3',
    promise: `a worker frozen for ${FROZEN_MS / 1000} s, ${FROZEN_MS / ACK_WAIT_MS} times as long as the broker waits: its work ends once and is charged once`,
    measured: `${JOBS} handoffs, ${end.again} runs done twice, ${end.recordCount} terminal records of ${end.recordCount} runs, ${end.chargeCount} charges`,
    broker: broker.version,
  });
});

it(`ends work once, and charges it once, when the event loop of its worker stands still for ${BLOCKED_MS / 1000} s`, async () => {
  await using broker = await FaultyBroker.start();
  await using load = await DurableLoad.start(broker.url);
  const blocked = await load.addWorker({ blocks: BLOCKED_MS, concurrency: 1 });
  load.ask(JOBS);
  await blocked.says('began');
  await load.addWorker();
  const end = await load.settle();
  expect(end).toMatchObject(overtaken);
  expect(end.again).toBeGreaterThan(0);
  await note({
    test: 'T4',
    promise: `an event loop that stands still for ${BLOCKED_MS / 1000} s in the midst of its work: it ends once and is charged once`,
    measured: `${JOBS} handoffs, ${end.again} runs done twice, ${end.recordCount} terminal records of ${end.recordCount} runs, ${end.chargeCount} charges`,
    broker: broker.version,
  });
});
