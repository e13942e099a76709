import { expect, it } from 'vitest';
import { wantedReplicas } from '../../../src/autoscale/wanted.ts';

const bounds = { min: 1, max: 8, target: 0.7, cooldownMs: 30_000 };
const idle = { replicas: 1, busy: 0, waiting: 0, capacity: 10 };

it.each([
  ['nothing to do', {}, 1],
  ['exactly the busy share aimed at', { busy: 7 }, 1],
  ['a little more', { busy: 8 }, 2],
  ['work that waits, as if it were being done', { busy: 7, waiting: 7 }, 2],
  ['more than the bounds allow', { waiting: 1000 }, 8],
  ['any number there are now', { replicas: 5, busy: 8 }, 2],
])('wants for %s what the rule says', (_what, load, wanted) => {
  expect(wantedReplicas({ ...idle, ...load }, bounds)).toBe(wanted);
});

it('asks for none too many where the quotient is whole but for rounding', () => {
  // 3 * 0.7 is 2.0999999999999996 in floating point.
  expect(wantedReplicas({ ...idle, capacity: 3, busy: 21 }, { ...bounds, max: 20 })).toBe(10);
});

it('wants what there is, within the bounds, while no instance has told its capacity', () => {
  const load = { ...idle, capacity: undefined, waiting: 100 };
  expect(wantedReplicas({ ...load, replicas: 3 }, bounds)).toBe(3);
  expect(wantedReplicas({ ...load, replicas: 9 }, bounds)).toBe(8);
});

it('wants a first one where there may be none and work waits', () => {
  const none = { ...idle, replicas: 0, capacity: undefined };
  expect(wantedReplicas(none, { ...bounds, min: 0 })).toBe(0);
  expect(wantedReplicas({ ...none, waiting: 1 }, { ...bounds, min: 0 })).toBe(1);
});
