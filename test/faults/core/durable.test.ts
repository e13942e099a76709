import { describe, it } from 'vitest';
import { FaultyBroker } from '../support/broker.ts';
import { dieAt, dieOneByOne, endsAsOne, WHOLE } from '../support/durable-scenarios.ts';
import { poison } from '../support/poison.ts';

/** Processes are started one after the other; with others beside them that takes a while. */
const LONG = { timeout: 120_000 };

describe.concurrent('durable handoffs whose worker dies', () => {
  it('end once, and are charged once', LONG, async ({ expect }) => {
    await using broker = await FaultyBroker.start();
    const { end } = await dieOneByOne(broker.url, { jobs: 12, kills: 2, workers: 2 });
    expect(end).toMatchObject({ ...WHOLE, recordCount: 24, chargeCount: 12 });
  });

  it('come to the same end wherever it dies', LONG, async ({ expect }) => {
    await using broker = await FaultyBroker.start();
    const points = ['after step', 'after record', 'before letter', 'after letter'] as const;
    const die = async (point: (typeof points)[number]) => {
      const death = { point, time: 1, by: 'worker' } as const;
      endsAsOne(expect, death, await dieAt(broker.url, death));
    };
    await Promise.all(points.map(die));
  });

  it('are handed on once wherever their source dies', LONG, async ({ expect }) => {
    await using broker = await FaultyBroker.start();
    const die = async (point: 'after submit' | 'before ack') => {
      const death = { point, time: 1, by: 'worker', target: 'desk' } as const;
      endsAsOne(expect, death, await dieAt(broker.url, death));
    };
    await Promise.all([die('after submit'), die('before ack')]);
  });
});

it('gives poison up as one dead letter each, and nothing else', LONG, async ({ expect }) => {
  await using broker = await FaultyBroker.start();
  const kinds = ['throw', 'hang'];
  const { end, ids } = await poison(broker.url, { kinds, each: 1, neighbours: 4, maxAttempts: 2 });
  expect(end.letters.map(({ id }) => id).sort()).toEqual([...ids].sort());
  expect(end.failed.map(({ id }) => id).sort()).toEqual([...ids].sort());
});
