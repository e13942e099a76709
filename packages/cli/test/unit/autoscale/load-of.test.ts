import { expect, it } from 'vitest';
import { loadOf } from '../../../src/autoscale/load-of.ts';
import { view } from '../../support/views.ts';

const crew = { replicas: 2, instances: ['a', 'b'] };

it('counts durable work that is being done once, though it stands in the queue and among the busy places', () => {
  const views = [view('a'), view('b')];
  const load = { replicas: 2, busy: 4, capacity: 4 };
  expect(loadOf(views, { waiting: 10, inHand: 4 }, crew)).toEqual({ ...load, waiting: 10 });
  // Two were given back, or have been taken since the last beat.
  expect(loadOf(views, { waiting: 10, inHand: 6 }, crew)).toEqual({ ...load, waiting: 12 });
});

it('leaves what those do that are draining to them', () => {
  const views = [view('a'), view('c', { state: 'draining', inFlight: 3 })];
  expect(loadOf(views, { waiting: 0, inHand: 5 }, crew)).toMatchObject({ busy: 2, waiting: 0 });
});

it('bears a share of what waits where others run the agent too', () => {
  const views = [view('a'), view('b'), view('x', { inFlight: 4 }), view('y', { inFlight: 4 })];
  expect(loadOf(views, { waiting: 10, inHand: 12 }, crew)).toMatchObject({ busy: 4, waiting: 5 });
});

it('bears all that waits where nobody is up, and knows of no capacity', () => {
  expect(loadOf([], { waiting: 3, inHand: 0 }, { replicas: 0, instances: [] })).toEqual({
    replicas: 0,
    busy: 0,
    waiting: 3,
    capacity: undefined,
  });
});
