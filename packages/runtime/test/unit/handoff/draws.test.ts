import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Bus } from '../../../src/bus/bus.ts';
import { NoResponders } from '../../../src/bus/reply-stream.ts';
import { Draws, NotDrawn } from '../../../src/handoff/draws.ts';
import type { Registry } from '../../../src/registry/registry.ts';
import { BatonError } from '../../../src/wire/error.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Sign = 'answers' | 'gone' | 'silent';
const DESK = { owner: 'me', agent: 'desk' };

/** A mesh of instances that give such signs when they are pinged, with or without an observer of everything. */
function mesh(signs: Readonly<Record<string, Sign>>, { isObserved = false } = {}) {
  const state = { isObserved };
  const pings: string[] = [];
  const bus = {
    serverId: 'S',
    isDown: false,
    isReturning: false,
    hasListener: () => Promise.resolve(state.isObserved),
    request: (subject: string) => {
      const instance = subject.split('.').at(-1) ?? '';
      pings.push(instance);
      if (signs[instance] === 'gone') return Promise.reject(new NoResponders());
      if (signs[instance] === 'silent') return Promise.reject(new BatonError('DEADLINE_EXCEEDED', 'late'));
      return Promise.resolve({ data: new TextEncoder().encode(JSON.stringify({ id: instance })) });
    },
  } as unknown as Bus;
  const instances = Object.keys(signs).map((instance) => ({ instance, freeAt: 'S' }));
  const registry = {
    hasSiblingsAt: () => instances.length > 1,
    find: () => ({ status: 'live', instances }),
  } as unknown as Registry;
  return { draws: new Draws(bus, registry), pings, state };
}

it('asks one that is alone directly', () => {
  expect(mesh({ a: 'answers' }).draws.open(DESK)).toBeUndefined();
});

it('asks for free places at its own broker server', () => {
  const draw = mesh({ a: 'answers', b: 'answers' }).draws.open(DESK);
  expect(draw?.subject).toBe('baton.me.free.desk.S');
  draw?.close();
});

it.each([
  [{ a: 'answers', b: 'answers' }, NotDrawn],
  [{ a: 'answers', b: 'gone' }, BatonError],
  [{ a: 'answers', b: 'silent' }, undefined],
  [{ a: 'gone', b: 'silent' }, undefined],
] as const)('of a request that nobody has acked %o say enough, or not', async (signs, expected) => {
  const draw = mesh(signs).draws.open(DESK);
  await vi.advanceTimersByTimeAsync(150);
  const error = await draw?.doubt;
  expect(error?.constructor).toBe(expected);
  expect(error?.code).toBe(expected && 'UNAVAILABLE');
});

it('asks twice before it believes: what was read in one turn is acked at the end of it', async () => {
  const { draws, pings } = mesh({ a: 'answers', b: 'answers' });
  const draw = draws.open(DESK);
  await vi.advanceTimersByTimeAsync(149);
  expect(pings).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  await draw?.doubt;
  expect(pings).toEqual(['a', 'b', 'a', 'b']);
});

it('asks agents directly while somebody listens to everything, and looks again every two seconds', async () => {
  const { draws, state } = mesh({ a: 'answers', b: 'answers' }, { isObserved: true });
  draws.open(DESK)?.close();
  await vi.advanceTimersByTimeAsync(0);
  expect(draws.open(DESK)).toBeUndefined();
  state.isObserved = false;
  await vi.advanceTimersByTimeAsync(1999);
  expect(draws.open(DESK)).toBeUndefined();
  await vi.advanceTimersByTimeAsync(1);
  draws.open(DESK);
  await vi.advanceTimersByTimeAsync(0);
  const draw = draws.open(DESK);
  expect(draw).toBeDefined();
  draw?.close();
});
