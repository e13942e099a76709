import { describe, expect, it } from 'vitest';
import { Backoff } from '../../../src/supervisor/backoff.ts';

describe('Backoff', () => {
  it('doubles from 100 ms to 10 s while a process keeps crashing', () => {
    const backoff = new Backoff();
    const waits = Array.from({ length: 9 }, () => backoff.next(0));
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
  });

  it('begins again after a process that had been up for half a minute', () => {
    const backoff = new Backoff();
    for (let crash = 0; crash < 8; crash += 1) backoff.next(29_999);
    expect(backoff.next(30_000)).toBe(100);
    expect(backoff.next(0)).toBe(200);
  });
});
