import type { Row } from '../report.ts';
import { type Round, type Sample, toRows } from './rows.ts';

/** One of those that are compared. */
export interface Side {
  /** `raw`, or what the row is called. */
  readonly name: string;
  /** Called once before all rounds, for what only a start costs. Default: a round that does not count. */
  warmUp?(): Promise<unknown>;
  measure(): Promise<Sample>;
}

export interface RoundOptions {
  readonly size: number;
  readonly rounds: number;
  /** Called before each round, from 1 on; with 0 before all are warmed up. */
  onRound(round: number): void;
}

/**
 * Measures all sides in turns, round by round, each round in the other direction than the last: what happens to the
 * machine, or to the order, happens to all of them.
 */
export async function measureRounds(sides: readonly Side[], options: RoundOptions): Promise<Row[]> {
  const { size, rounds, onRound } = options;
  onRound(0);
  for (const side of sides) await (side.warmUp ? side.warmUp() : side.measure());
  const done: Round[] = [];
  for (let round = 1; round <= rounds; round++) {
    onRound(round);
    const samples = new Map<string, Sample>();
    for (const side of round % 2 === 1 ? sides : sides.toReversed()) {
      samples.set(side.name, await side.measure());
    }
    done.push(samples);
  }
  return toRows(size, done);
}
