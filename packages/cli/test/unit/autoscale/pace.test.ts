import { expect, it } from 'vitest';
import { Pace } from '../../../src/autoscale/pace.ts';

const bounds = { min: 1, max: 20, target: 0.7, cooldownMs: 30_000 };

it('goes up at once, at most doubling a step', () => {
  const pace = new Pace(bounds);
  expect([pace.next(1, 9, 0), pace.next(2, 9, 1), pace.next(4, 9, 2), pace.next(8, 9, 3)]).toEqual([
    2, 4, 8, 9,
  ]);
  expect(new Pace({ ...bounds, min: 0 }).next(0, 5, 0)).toBe(1);
});

it('goes down by half of what is too much, once for each time the cooldown has passed', () => {
  const pace = new Pace(bounds);
  const steps: number[] = [];
  let replicas = 8;
  for (let now = 0; now <= 100_000; now += 1000) {
    const next = pace.next(replicas, 1, now);
    if (next !== replicas) steps.push(now, next);
    replicas = next;
  }
  // Each wait begins with the first look at the new number.
  expect(steps).toEqual([30_000, 4, 61_000, 2, 92_000, 1]);
});

it('stays while fewer are enough only now and then', () => {
  const pace = new Pace(bounds);
  for (let now = 0; now < 300_000; now += 20_000) {
    expect(pace.next(4, 1, now)).toBe(4);
    expect(pace.next(4, 4, now + 10_000)).toBe(4);
  }
});

it('goes no further down than the most that was wanted meanwhile', () => {
  const pace = new Pace(bounds);
  pace.next(8, 1, 0);
  pace.next(8, 6, 10_000);
  expect(pace.next(8, 1, 30_000)).toBe(7);
});

it('begins to wait anew when somebody else has changed the number', () => {
  const pace = new Pace(bounds);
  pace.next(8, 1, 0);
  expect(pace.next(4, 1, 30_000)).toBe(4);
  expect(pace.next(4, 1, 59_000)).toBe(4);
  expect(pace.next(4, 1, 60_000)).toBe(2);
});

it('brings a number that is out of bounds back at once', () => {
  expect(new Pace(bounds).next(50, 20, 0)).toBe(20);
  expect(new Pace({ ...bounds, min: 5 }).next(1, 5, 0)).toBe(5);
});
