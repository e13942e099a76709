import { expect, it } from 'vitest';
import { Tally } from '../../../src/ask/tally.ts';

it('sums up answers by agent, most first, and answers a second', () => {
  const tally = new Tally();
  for (const agent of ['b', 'a', 'b', 'c']) tally.addAnswer(agent);
  tally.addFailure(5, { code: 'UNAVAILABLE', message: 'gone' });
  const sum = tally.sum(1234.5678);
  expect(sum).toStrictEqual({
    answered: 4,
    failed: 1,
    seconds: 1.235,
    perSecond: 3.2,
    byAgent: { b: 2, a: 1, c: 1 },
  });
  expect(Object.keys(sum.byAgent)).toEqual(['b', 'a', 'c']);
});

it('groups failures by code with the first of each as the example', () => {
  const tally = new Tally();
  tally.addFailure(2, { code: 'UNAVAILABLE', message: 'gone' });
  tally.addFailure(3, { code: 'INVALID_ARGUMENT', message: 'empty' });
  tally.addFailure(4, { code: 'INVALID_ARGUMENT', message: 'too large' });
  expect(tally.failures()).toEqual([
    { code: 'INVALID_ARGUMENT', count: 2, row: 3, message: 'empty' },
    { code: 'UNAVAILABLE', count: 1, row: 2, message: 'gone' },
  ]);
});

it('sums up nothing as nothing', () => {
  expect(new Tally().sum(0)).toStrictEqual({ answered: 0, failed: 0, seconds: 0, perSecond: 0, byAgent: {} });
});
