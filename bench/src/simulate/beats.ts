import { BEAT_JITTER, SWEEP_MS } from '@baton/runtime/rules';
import { MISSED_BEATS } from '@baton/runtime/wire';
import { quantile } from '../measure/statistics.ts';
import type { Random } from './random.ts';

export interface BeatsOptions {
  readonly instances: number;
  readonly intervalMs: number;
  /** How long it runs, milliseconds. */
  readonly forMs: number;
  /** Instances of the observed that die at some time, to see when that is known. */
  readonly deaths: number;
  readonly random: Random;
}

const BUCKET_MS = 10;

/** Instances that beat, and a watcher that counts, looks for the silent, and is not told of any death. */
export function simulateBeats({ instances, intervalMs, forMs, deaths, random }: BeatsOptions) {
  const buckets = new Uint32Array(Math.ceil(forMs / BUCKET_MS));
  const pause = () => intervalMs * (1 - BEAT_JITTER * random.next());
  let beats = 0;
  // Instances know nothing of each other: one after the other is as good as all at once.
  for (let instance = 0; instance < instances; instance++) {
    for (let at = random.next() * pause(); at < forMs; at += pause()) {
      const bucket = Math.floor(at / BUCKET_MS);
      buckets[bucket] = (buckets[bucket] as number) + 1;
      beats += 1;
    }
  }
  const known = Array.from({ length: deaths }, () => untilKnown(pause, { intervalMs, random }));
  return {
    beatsPerS: (beats * 1000) / forMs,
    busiest10Ms: Math.max(...buckets),
    deathKnownMs: {
      p50: quantile(known, 0.5) ?? 0,
      p99: quantile(known, 0.99) ?? 0,
      max: Math.max(0, ...known),
    },
  };
}

/** From a death at any moment until the sweep that finds its beats missing. */
function untilKnown(
  pause: () => number,
  { intervalMs, random }: Pick<BeatsOptions, 'intervalMs' | 'random'>,
) {
  const started = random.next() * SWEEP_MS;
  const death = started + random.next() * 100 * intervalMs;
  let lastBeat = started;
  for (let at = started; at <= death; at += pause()) lastBeat = at;
  const missedAt = lastBeat + MISSED_BEATS * intervalMs;
  // It must be later than three intervals, not just then.
  const sweep = (Math.floor(missedAt / SWEEP_MS) + 1) * SWEEP_MS;
  return sweep - death;
}
