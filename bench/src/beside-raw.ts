import { type Bench, warmUpOf, windowsOf } from './bench.ts';
import { measureCalls, together } from './measure/calls.ts';
import { measureRounds, type Side } from './measure/rounds.ts';
import { RAW } from './measure/rows.ts';
import { pidsOf } from './pids-of.ts';
import type { Child } from './processes/child.ts';
import type { Row } from './report.ts';

/** What is called, and the processes that work for it. */
interface Party {
  call(): Promise<void>;
  readonly processes: readonly Child[];
}

export interface Comparison {
  readonly size: number;
  /** What is being measured, for people who wait. */
  readonly label: string;
  readonly rounds: number;
  readonly inFlight: number;
  /** Units in one call. Default 1. */
  readonly units?: number;
  /** Some of the processes have not been called before. */
  readonly isFresh: boolean;
  readonly raw: Party;
  /** What the row of bare NATS is called, where `raw` is taken at this size. */
  readonly rawName?: string;
  /** By the name of their row. */
  readonly others: Readonly<Record<string, Party>>;
}

/** Measures the same thing with bare NATS and otherwise, and returns a row each. */
export async function measureBesideRaw(bench: Bench, comparison: Comparison): Promise<Row[]> {
  const { size, label, rounds, inFlight, units = 1, isFresh, raw, rawName = RAW, others } = comparison;
  const windows = windowsOf(bench.pace);
  const sideOf = ([name, { call, processes }]: [string, Party]): Side => ({
    name,
    warmUp: () => together({ ...warmUpOf(bench.pace, isFresh), call, inFlight }),
    measure: () => measureCalls({ ...windows, call, inFlight, units, pids: pidsOf(bench, processes) }),
  });
  const sides = Object.entries({ [RAW]: raw, ...others }).map(sideOf);
  const onRound = (round: number) =>
    bench.progress(round === 0 ? `${label}, warming up` : `${label}, round ${round} of ${rounds}`);
  const rows = await measureRounds(sides, { size, rounds, onRound });
  return rows.map((row) => (row.name === RAW ? { ...row, name: rawName } : row));
}
