import { expect, it } from 'vitest';
import { Deadline } from '../../../src/agent/deadline.ts';
import { asAbortSignal, Stop } from '../../../src/agent/stop.ts';

it('tells everyone who still listens, once, with the first reason', () => {
  const stop = new Stop();
  const told: string[] = [];
  const gone = () => told.push('gone');
  stop.addEventListener('abort', () => told.push('one'));
  stop.addEventListener('abort', gone);
  stop.addEventListener('abort', () => told.push('two'));
  stop.removeEventListener('abort', gone);
  stop.abort('first');
  stop.abort('second');
  expect([told, stop.aborted, stop.reason]).toEqual([['one', 'two'], true, 'first']);
});

it.each(['before', 'after'] as const)(
  'is an AbortSignal for who needs one, asked %s it is aborted',
  (when) => {
    const stop = new Stop();
    const early = when === 'before' ? asAbortSignal(stop) : undefined;
    stop.abort('enough');
    const signal = early ?? asAbortSignal(stop);
    expect([signal instanceof AbortSignal, signal.aborted, signal.reason]).toEqual([true, true, 'enough']);
    expect(asAbortSignal(stop)).toBe(signal);
  },
);

it('follows its parent, of either kind, until it is over', () => {
  for (const parent of [new Stop(), new AbortController()]) {
    const signal = parent instanceof Stop ? parent : parent.signal;
    const [live, over] = [1, 2].map(() => new Deadline(Date.now() + 60_000, signal)) as [Deadline, Deadline];
    over[Symbol.dispose]();
    parent.abort('all');
    live[Symbol.dispose]();
    expect([live.reason, live.aborted, over.aborted]).toEqual(['all', true, false]);
  }
});
