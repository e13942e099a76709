import { DEFAULT_HEARTBEAT_MS } from '@baton/runtime';
import { SWEEP_MS } from '@baton/runtime/rules';
import { MISSED_BEATS } from '@baton/runtime/wire';
import { describe, expect, it } from 'vitest';
import { simulateBeats } from '../../../src/simulate/beats.ts';
import { seededRandom } from '../../../src/simulate/random.ts';
import { beatsPerS } from '../../../src/simulate/registry-traffic.ts';
import { measureWatcher } from '../../../src/simulate/watcher-cost.ts';

const intervalMs = DEFAULT_HEARTBEAT_MS;
const run = (seed: number) =>
  simulateBeats({ instances: 2000, intervalMs, forMs: 60_000, deaths: 5000, random: seededRandom(seed) });

describe('the simulated registry', () => {
  it('beats as often as the formula says', () => {
    expect(run(1).beatsPerS / beatsPerS(2000, intervalMs)).toBeCloseTo(1, 2);
  });

  it('gives the same figures for the same seed, and others for another', () => {
    expect(run(4)).toEqual(run(4));
    expect(run(4)).not.toEqual(run(5));
  });

  it('knows of a death three intervals after the last beat, at the next sweep', () => {
    const { deathKnownMs } = run(1);
    expect(deathKnownMs.max).toBeLessThanOrEqual(MISSED_BEATS * intervalMs + SWEEP_MS);
    expect(deathKnownMs.max).toBeGreaterThan(MISSED_BEATS * intervalMs);
    expect(deathKnownMs.p50).toBeGreaterThan((MISSED_BEATS - 1) * intervalMs);
  });
});

it('feeds the real registry, and says what an instance costs there', async () => {
  const watcher = await measureWatcher(500, intervalMs);
  // An instance is more than a number, and less than a hundred beats; a name and an age are what a newcomer is told.
  expect(watcher.bytesPerInstance).toBeGreaterThan(200);
  expect(watcher.bytesPerInstance).toBeLessThan(20_000);
  expect(watcher.noteBytesPerAgent).toBeGreaterThan('"default/agent-0":0'.length);
  expect(watcher.usPerBeat).toBeGreaterThan(0);
});
