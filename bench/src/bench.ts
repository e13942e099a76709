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

/**
 * How long one side's round lasts, milliseconds. Warming up is load alone, by calls: compilers count those, and a busy machine
 * takes longer for them.
 */
export function windowsOf({ quick }: Pace) {
  return quick
    ? { warm: { calls: 2000, loadMs: 200 }, latencyMs: 60, loadMs: 120 }
    : { warm: { calls: 6000, loadMs: 3000 }, latencyMs: 130, loadMs: 320 };
}

/** Rounds that were asked for, or as many as the scenario finds right. */
export function roundsOf({ rounds, quick }: Pace, usual: number, whenQuick = 2): number {
  return rounds ?? (quick ? whenQuick : usual);
}
