import { expect, it } from 'vitest';
import { Breakers } from '../../../src/handoff/breakers.ts';
import { RetryBudget } from '../../../src/handoff/retry-budget.ts';

function breakersAt(clock: { now: number }) {
  return new Breakers(() => clock.now);
}

const failTimes = (breakers: Breakers, times: number) => {
  for (let i = 0; i < times; i++) breakers.failed('a');
};

it('stops asking an agent that has left five requests hanging, and no other', () => {
  const breakers = breakersAt({ now: 0 });
  failTimes(breakers, 4);
  expect(breakers.allows('a')).toBe(true);
  failTimes(breakers, 1);
  expect([breakers.allows('a'), breakers.allows('b')]).toEqual([false, true]);
});

it('lets one request through after a while, whose outcome decides', () => {
  const clock = { now: 0 };
  const breakers = breakersAt(clock);
  failTimes(breakers, 5);
  clock.now = 5000;
  expect([breakers.allows('a'), breakers.allows('a')]).toEqual([true, false]);
  breakers.failed('a');
  clock.now = 9000;
  expect(breakers.allows('a')).toBe(false);
  clock.now = 10_000;
  expect(breakers.allows('a')).toBe(true);
  breakers.succeeded('a');
  expect([breakers.allows('a'), breakers.allows('a')]).toEqual([true, true]);
});

it('forgets failures that lie far apart', () => {
  const clock = { now: 0 };
  const breakers = breakersAt(clock);
  failTimes(breakers, 4);
  clock.now = 10_001;
  failTimes(breakers, 4);
  expect(breakers.allows('a')).toBe(true);
});

it('affords ten retries, then one for every ten requests', () => {
  const budget = new RetryBudget();
  const spent = () => {
    let count = 0;
    while (budget.spend()) count += 1;
    return count;
  };
  expect(spent()).toBe(10);
  for (let i = 0; i < 25; i++) budget.earn();
  expect(spent()).toBe(2);
});
