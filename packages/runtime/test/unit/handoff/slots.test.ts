import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Slots } from '../../../src/handoff/slots.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const newSlots = (capacity: number) => new Slots({ capacity, patienceMs: 100 });

it('gives as many places as there are', () => {
  const slots = newSlots(2);
  expect([slots.tryTake(), slots.tryTake(), slots.tryTake()]).toEqual([true, true, false]);
  slots.release();
  expect([slots.used, slots.free, slots.tryTake()]).toEqual([1, 1, true]);
});

it('hands a place that becomes free to the most urgent, then to who came first', async () => {
  const slots = newSlots(1);
  slots.tryTake();
  const order: string[] = [];
  const wait = (name: string, priority: number) => slots.take(priority).then(() => order.push(name));
  const all = [wait('normal', 50), wait('low', 0), wait('high', 100), wait('high too', 100)];
  for (let i = 0; i < all.length; i++) slots.release();
  await Promise.all(all);
  expect(order).toEqual(['high', 'high too', 'normal', 'low']);
  expect(slots.used).toBe(1);
});

it('lets nobody past who has not waited in line', () => {
  const slots = newSlots(1);
  slots.tryTake();
  void slots.take(50);
  expect(slots.tryTake()).toBe(false);
});

it('sends away who has waited too long, and then has no place kept for them', async () => {
  const slots = newSlots(1);
  slots.tryTake();
  const refusal = slots.take(50);
  vi.advanceTimersByTime(100);
  expect(await refusal).toBe('late');
  slots.release();
  expect(slots.tryTake()).toBe(true);
});

it('keeps a short line only', async () => {
  const slots = newSlots(2);
  slots.tryTake();
  slots.tryTake();
  const waiting = Array.from({ length: 16 }, () => slots.take(50));
  expect(await slots.take(50)).toBe('full');
  for (const _ of waiting) slots.release();
  expect(await Promise.all(waiting)).toEqual(waiting.map(() => undefined));
});

it('sends the last of a full line away for one that is more urgent, or has waited longer', async () => {
  const slots = newSlots(1);
  slots.tryTake();
  const waiting = Array.from({ length: 8 }, () => slots.take(50));
  const urgent = slots.take(100);
  expect(await waiting[7]).toBe('full');
  const patient = slots.take(50, 500);
  expect(await waiting[6]).toBe('full');
  slots.release();
  expect(await urgent).toBeUndefined();
  slots.release();
  expect(await patient).toBeUndefined();
});

it('lets one that has waited elsewhere wait as long again, a second at the most', async () => {
  const ended: string[] = [];
  const slots = newSlots(1);
  slots.tryTake();
  const wait = (name: string, waitedMs: number) => slots.take(50, waitedMs).then(() => ended.push(name));
  const all = [wait('new', 0), wait('older', 300), wait('oldest', 60_000)];
  for (const [ms, names] of [
    [100, ['new']],
    [200, ['new', 'older']],
    [700, ['new', 'older', 'oldest']],
  ] as const) {
    await vi.advanceTimersByTimeAsync(ms);
    expect(ended).toEqual(names);
  }
  await Promise.all(all);
});

it('gives a place back once, however often it is left', () => {
  const slots = newSlots(2);
  slots.tryTake();
  slots.tryTake();
  const leave = slots.leaver();
  leave();
  leave();
  expect(slots.used).toBe(1);
});

it('tells when there is a place that nobody waited for', () => {
  const slots = newSlots(1);
  let told = 0;
  const stop = slots.onFree(() => {
    told += 1;
  });
  slots.tryTake();
  void slots.take(50);
  slots.release();
  expect(told).toBe(0);
  slots.release();
  stop();
  slots.tryTake();
  slots.release();
  expect(told).toBe(1);
});
