import type { Children } from './processes/child.ts';
import type { Row } from './report.ts';

/** How long and how often is measured. */
export interface Pace {
  /** As many as was asked for; undefined leaves it to the scenario. */
  readonly rounds: number | undefined;
  /** Fewer sizes, shorter windows: a look, no measurement. */
  readonly quick: boolean;
}

/** What a scenario works with. */
export interface Bench {
  /** The broker's URL. */
  readonly server: string;
  /** The broker's process; undefined when it is another's, whose CPU is then not counted. */
  readonly brokerPid: number | undefined;
  /** A tenant of this run alone. */
  readonly owner: string;
  readonly pace: Pace;
  readonly children: Children;
  /** Tells how far it is, in a few words. */
  progress(text: string): void;
}

interface Findings {
  readonly rounds: number;
  readonly rows: Row[];
}

/** One file in `scenarios/`. */
export interface Scenario {
  readonly name: string;
  /** What it measures, in a line. */
  readonly about: string;
  /** What the size of a row counts. */
  readonly unit: string;
  /** The figure that says most, for pictures. */
  readonly headline: keyof Row & ('p50Us' | 'callsPerS' | 'cpuPer1000' | 'share' | 'cpuShare');
  run(bench: Bench): Promise<Findings>;
}

/** How long one side's round lasts, milliseconds. */
export function windowsOf({ quick }: Pace) {
  return quick ? { latencyMs: 60, loadMs: 120 } : { latencyMs: 130, loadMs: 320 };
}

/**
 * How long a side is warmed up, by calls and at most by milliseconds: compilers count calls, and it takes about 20,000 until
 * they have done what they can. Processes that have been called before need less.
 */
export function warmUpOf({ quick }: Pace, isFresh: boolean) {
  if (quick) return isFresh ? { calls: 4000, loadMs: 500 } : { calls: 1000, loadMs: 150 };
  return isFresh ? { calls: 15_000, loadMs: 4000 } : { calls: 2000, loadMs: 800 };
}

/** Rounds that were asked for, or as many as the scenario finds right. */
export function roundsOf({ rounds, quick }: Pace, usual: number, whenQuick = 2): number {
  return rounds ?? (quick ? whenQuick : usual);
}
