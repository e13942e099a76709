import { randomBytes } from 'node:crypto';
import type { Pace, Scenario } from './bench.ts';
import { Children } from './processes/child.ts';
import type { Report } from './report.ts';

export interface RunBenchOptions {
  readonly scenarios: readonly Scenario[];
  readonly server: string;
  readonly brokerPid: number | undefined;
  readonly pace: Pace;
  /** Ends every process at once; what is being measured then fails. */
  readonly signal: AbortSignal;
  /** Told which scenario is how far. */
  onProgress(scenario: string, text: string): void;
}

/**
 * Runs scenarios one after the other, and yields what each has found. All processes it has started are gone at its end.
 * @throws {BatonError} what a scenario failed with.
 */
export async function* runBench(options: RunBenchOptions): AsyncGenerator<Report, void> {
  const { scenarios, server, brokerPid, pace, signal, onProgress } = options;
  for (const { name, run } of scenarios) {
    await using children = new Children(signal);
    const owner = `bench-${randomBytes(4).toString('hex')}`;
    const progress = (text: string) => onProgress(name, text);
    const found = await run({ server, brokerPid, owner, pace, children, progress });
    yield { scenario: name, ...found };
  }
}
