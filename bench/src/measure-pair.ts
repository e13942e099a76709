import { type Bench, windowsOf } from './bench.ts';
import { measureCalls, together } from './measure/calls.ts';
import { measureRounds, type Side } from './measure/rounds.ts';
import { RAW } from './measure/rows.ts';
import { pidsOf } from './pids-of.ts';
import type { Child } from './processes/child.ts';
import type { Row } from './report.ts';

/** One of the two: what is called, and the processes that work for it. */
interface Party {
  call(): Promise<void>;
  readonly processes: readonly Child[];
}

export interface Pair {
  /** What the row is called. */
  readonly name: string;
  /** What the row of bare NATS is called, where `raw` is taken at this size. */
  readonly rawName?: string;
  readonly size: number;
  /** What is being measured, for people who wait. */
  readonly label: string;
  readonly rounds: number;
  readonly inFlight: number;
  /** Units in one call. Default 1. */
  readonly units?: number;
  readonly raw: Party;
  readonly baton: Party;
}

/** Measures the same thing with bare NATS and with Baton, and returns both rows. */
export async function measurePair(bench: Bench, pair: Pair): Promise<Row[]> {
  const { name, rawName = RAW, size, label, rounds, inFlight, units = 1, raw, baton } = pair;
  const { warmMs, ...windows } = windowsOf(bench.pace);
  const sideOf = (as: string, { call, processes }: Party): Side => ({
    name: as,
    warmUp: () => together({ call, inFlight, loadMs: warmMs }),
    measure: () => measureCalls({ ...windows, call, inFlight, units, pids: pidsOf(bench, processes) }),
  });
  const sides = [sideOf(RAW, raw), sideOf(name, baton)];
  const onRound = (round: number) =>
    bench.progress(round === 0 ? `${label}, warming up` : `${label}, round ${round} of ${rounds}`);
  const rows = await measureRounds(sides, { size, rounds, onRound });
  return rows.map((row) => (row.name === RAW ? { ...row, name: rawName } : row));
}
