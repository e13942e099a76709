import { expect, it } from 'vitest';
import { FaultyBroker } from './support/broker.ts';
import { note, spread } from './support/figures.ts';
import { poison } from './support/poison.ts';

const EACH = 2;
const NEIGHBOURS = 60;

it('ends poison as one dead letter each, leaves the queue empty, and spares its neighbours', async () => {
  await using broker = await FaultyBroker.start();
  const kinds = ['throw', 'hang', 'exit', 'memory'];
  const { end, ids, deaths, durations, alone } = await poison(broker.url, {
    kinds,
    each: EACH,
    neighbours: NEIGHBOURS,
    maxAttempts: 5,
  });
  expect(end.letters.map(({ id }) => id).sort()).toEqual([...ids].sort());
  expect(end.lettersTwice).toEqual([]);
  expect(Math.max(...end.letters.map(({ attempts }) => attempts.length))).toBeLessThanOrEqual(5);
  expect(end.failed.map(({ id }) => id).sort()).toEqual([...ids].sort());
  await note({
    test: 'T13',
    promise: `${ids.length} requests that throw, hang, end the process or use up its memory: one dead letter each after at most 5 attempts, ${NEIGHBOURS} neighbours unharmed`,
    measured: `${end.letters.length} dead letters, ${deaths} processes dead, ${NEIGHBOURS} answers; neighbours took: ${spread(durations)}; without poison: ${spread(alone)}`,
    broker: broker.version,
  });
});
