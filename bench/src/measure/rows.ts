import type { Row } from '../report.ts';
import { halfSpread, median } from './statistics.ts';

/** What one side did in one round: the figures of a `Row` that it has. */
export interface Sample {
  readonly p50Us?: number | undefined;
  readonly callsPerS?: number | undefined;
  readonly cpuPer1000?: number | undefined;
  readonly p99Us?: number | undefined;
  readonly share?: number | undefined;
  readonly rssMb?: number | undefined;
  readonly cpuShare?: number | undefined;
}

/** The samples of one round, by the name of the side. */
export type Round = ReadonlyMap<string, Sample>;

/** The side that all others are compared with: bare NATS. */
export const RAW = 'raw';

const EXTRAS = ['p99Us', 'share', 'rssMb', 'cpuShare'] as const;

/**
 * One row a side, the raw side first: medians over the rounds; a ratio is the median of the ratios within each round, so that
 * a machine that is slow for a while slows both down.
 */
export function toRows(size: number, rounds: readonly Round[]): Row[] {
  const names = [...(rounds[0]?.keys() ?? [])];
  return names.sort((a, b) => Number(b === RAW) - Number(a === RAW)).map((name) => toRow(name, size, rounds));
}

function toRow(name: string, size: number, rounds: readonly Round[]): Row {
  const p50 = figure(rounds, name, 'p50Us');
  const calls = figure(rounds, name, 'callsPerS');
  const cpu = figure(rounds, name, 'cpuPer1000');
  const row: Row = {
    name,
    size,
    p50Us: p50.value,
    p50X: p50.ratio,
    callsPerS: calls.value,
    callsX: calls.ratio,
    cpuPer1000: cpu.value,
    cpuX: cpu.ratio,
    noise: { p50: p50.noise, calls: calls.noise, cpu: cpu.noise },
  };
  for (const extra of EXTRAS) {
    const { value } = figure(rounds, name, extra);
    if (value !== null) row[extra] = value;
  }
  return row;
}

function figure(rounds: readonly Round[], name: string, key: keyof Sample) {
  const values: number[] = [];
  const ratios: number[] = [];
  for (const round of rounds) {
    const value = round.get(name)?.[key];
    const raw = round.get(RAW)?.[key];
    if (value === undefined) continue;
    values.push(value);
    if (raw) ratios.push(value / raw);
  }
  return {
    value: rounded(median(values)),
    ratio: rounded(median(ratios)),
    noise: rounded(halfSpread(name === RAW ? values : ratios)),
  };
}

/** Four figures: more would only be noise, and hard to read. */
function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(4));
}
