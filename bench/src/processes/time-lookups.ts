import { quantile } from '../measure/statistics.ts';
import { agentName } from '../workload.ts';

const BATCH = 50;
const BATCHES = 40;

/** Microseconds one lookup takes, the median over batches; the names are those of `count` agents, in no order. */
export function timeLookups(count: number, isThere: (name: string) => boolean): number {
  const times: number[] = [];
  let missed = 0;
  for (let batch = 0; batch < BATCHES; batch++) {
    const names = Array.from({ length: BATCH }, () => agentName(Math.floor(Math.random() * count)));
    const started = performance.now();
    for (const name of names) if (!isThere(name)) missed += 1;
    times.push(((performance.now() - started) * 1000) / BATCH);
  }
  if (missed > 0) throw new Error(`${missed} of ${BATCH * BATCHES} agents were not found`);
  return quantile(times, 0.5) ?? 0;
}
