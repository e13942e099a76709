import { busyPauseMs, LINE_MS, patienceFor, WAITING_PER_SLOT } from '@baton/runtime/rules';
import { describe, expect, it } from 'vitest';
import { type DispatchRules, simulateDispatch } from '../../../src/simulate/dispatch.ts';
import { centralQueue } from '../../../src/simulate/erlang-c.ts';
import { seededRandom } from '../../../src/simulate/random.ts';

const RULES: DispatchRules = {
  linePerSlot: WAITING_PER_SLOT,
  patienceMs: (waitedMs) => patienceFor(waitedMs, LINE_MS),
  pauseMs: busyPauseMs,
  deadlineMs: 120_000,
};
/** One worker and a line without an end is a central queue. */
const ENDLESS = {
  ...RULES,
  linePerSlot: Number.POSITIVE_INFINITY,
  patienceMs: () => Number.POSITIVE_INFINITY,
};

const simulate = (seed: number, options: { workers: number; slots: number; load: number }) =>
  simulateDispatch({
    ...options,
    jobMs: 1000,
    rules: RULES,
    random: seededRandom(seed),
    warmUpJobs: 20,
    jobs: 40,
  });

describe('the simulated dispatch', () => {
  it('gives the same figures for the same seed, and others for another', () => {
    const options = { workers: 50, slots: 4, load: 0.9 };
    expect(simulate(7, options)).toEqual(simulate(7, options));
    expect(simulate(7, options)).not.toEqual(simulate(8, options));
  });

  it.each([
    { slots: 1, load: 0.5 },
    { slots: 8, load: 0.8 },
    { slots: 16, load: 0.9 },
  ])('waits as long as Erlang C says in a central queue of $slots slots at $load', ({ slots, load }) => {
    const jobMs = 1000;
    const random = seededRandom(1);
    const options = { workers: 1, slots, load, jobMs, rules: ENDLESS, random, warmUpJobs: 500 };
    const found = simulateDispatch({ ...options, jobs: 1_000_000 / slots });
    const ideal = centralQueue({ slots, load, jobMs });
    expect(found.meanMs / ideal.meanMs).toBeCloseTo(1, 1);
    expect(found.waited / ideal.waits).toBeCloseTo(1, 1);
    expect(found.p99Ms / ideal.p99Ms).toBeCloseTo(1, 1);
    expect(found.busyShare).toBeCloseTo(load, 2);
  });

  it('loses no call and no slot: what comes is done', () => {
    const found = simulate(3, { workers: 200, slots: 4, load: 0.9 });
    expect(found.busyShare).toBeCloseTo(0.9, 1);
    expect(found.calls / (200 * 4 * 0.9 * 40)).toBeCloseTo(1, 1);
    expect(found.failed).toBe(0);
  });

  it('lets nobody wait while any worker has a free slot', () => {
    const found = simulate(3, { workers: 200, slots: 4, load: 0.8 });
    expect([found.waited, found.p99Ms, found.busyAnswersPerCall]).toEqual([0, 0, 0]);
  });

  it('sends those on whom a full worker cannot take within its patience, and stays near one line for all', () => {
    const options = { workers: 2, slots: 1, load: 0.9 };
    const random = seededRandom(3);
    const long = { warmUpJobs: 200, jobs: 40_000 };
    const full = simulateDispatch({ ...options, ...long, jobMs: 1000, rules: RULES, random });
    const ideal = centralQueue({ slots: 2, load: 0.9, jobMs: 1000 });
    expect(full.busyAnswersPerCall).toBeGreaterThan(1);
    expect(full.p99Ms / ideal.p99Ms).toBeGreaterThan(0.9);
    expect(full.p99Ms / ideal.p99Ms).toBeLessThan(1.3);
  });
});
