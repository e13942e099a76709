import { expect, it } from 'vitest';
import { FaultyBroker } from './support/broker.ts';
import { Duplicator } from './support/duplicator.ts';
import { DurableLoad } from './support/durable-load.ts';
import { WHOLE } from './support/durable-scenarios.ts';
import { note } from './support/figures.ts';

const JOBS = 200;

it('comes to the same end when everything is delivered several times and out of order', async () => {
  await using broker = await FaultyBroker.start();
  await using load = await DurableLoad.start(broker.url);
  for (let worker = 0; worker < 2; worker += 1) await load.addWorker({ workMs: 20 });
  await using duplicator = await Duplicator.start(broker.url, load.owner);
  load.ask(JOBS);
  const followed = await load.follow(3);
  // Once more when all is over.
  await load.answered();
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
