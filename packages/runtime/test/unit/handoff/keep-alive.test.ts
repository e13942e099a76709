import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Bus } from '../../../src/bus/bus.ts';
import { KeepAlive } from '../../../src/handoff/keep-alive.ts';
import { ReplyWriter } from '../../../src/handoff/reply-writer.ts';
import { BatonError } from '../../../src/wire/error.ts';
import { paperBus } from '../support/paper-bus.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const second = 1000;
const ACK = '{"type":"status","data":"ack"}';
const noGoing = () => {
  throw new Error('the caller is there');
};

it.each([
  { toBaton: true, most: 2 },
  { toBaton: false, most: 10 },
])('is never silent for longer than $most s, toBaton: $toBaton', ({ toBaton, most }) => {
  const { bus, texts } = paperBus();
  new KeepAlive(bus).add(new ReplyWriter(bus, 'reply', { toBaton }), noGoing);
  vi.advanceTimersByTime(300 * second);
  expect(texts().every((text) => text === ACK)).toBe(true);
  expect(texts().length).toBeGreaterThanOrEqual(300 / most);
  expect(texts().length).toBeLessThanOrEqual(1.5 * (300 / most));
});

it('serves every running answer with one timer, and has none when there is no answer running', () => {
  const { bus, open } = paperBus();
  const keepAlive = new KeepAlive(bus);
  const writers = [1, 2, 3].map((n) => new ReplyWriter(bus, `reply${n}`));
  const stops = writers.map((writer) => keepAlive.add(writer, noGoing));
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(30 * second);
  for (const stop of stops) stop();
  vi.advanceTimersByTime(second);
  expect([vi.getTimerCount(), open.size]).toEqual([0, 0]);
  stops[0]?.();
  keepAlive.add(writers[0] as ReplyWriter, noGoing);
  expect(vi.getTimerCount()).toBe(1);
});

it('never speaks for an answer that is over', () => {
  const { bus, texts } = paperBus();
  const keepAlive = new KeepAlive(bus);
  const writer = new ReplyWriter(bus, 'reply');
  keepAlive.add(writer, noGoing)();
  writer.end();
  vi.advanceTimersByTime(300 * second);
  expect(texts()).toEqual(['']);
});

it('takes a caller for gone when nobody listened twice in a row, not once', () => {
  const { bus, sayNobodyListens } = paperBus();
  let gone = 0;
  new KeepAlive(bus).add(new ReplyWriter(bus, 'reply', { toBaton: true }), () => {
    gone += 1;
  });
  const beat = () => vi.advanceTimersByTime(2 * second);
  beat();
  sayNobodyListens();
  beat();
  beat();
  sayNobodyListens();
  expect(gone).toBe(0);
  beat();
  sayNobodyListens();
  expect(gone).toBe(1);
});

it('survives a connection that is closed', () => {
  const { bus } = paperBus();
  let tried = 0;
  const publish = () => {
    tried++;
    throw new BatonError('UNAVAILABLE', 'closed');
  };
  const closed = { ...bus, publish } as unknown as Bus;
  new KeepAlive(closed).add(new ReplyWriter(closed, 'reply'), noGoing);
  expect(() => vi.advanceTimersByTime(300 * second)).not.toThrow();
  expect([tried, vi.getTimerCount()]).toEqual([1, 0]);
});
