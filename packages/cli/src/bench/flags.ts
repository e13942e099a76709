import { type Pace, SCENARIOS, type Scenario } from '@baton/bench';
import { BatonError } from '@baton/runtime';
import { readCount } from '../ask/flags.ts';
import { didYouMean } from '../did-you-mean.ts';

/** The options of `baton bench`, as they were typed. */
export interface BenchFlags {
  readonly rounds?: string;
  readonly quick?: boolean;
  readonly json?: boolean;
  readonly save?: string;
  readonly compare?: string;
  readonly server?: string;
}

/** The scenarios that were named, each once, in their own order; all when none was. @throws {BatonError} INVALID_ARGUMENT. */
export function readScenarios(words: readonly string[]): Scenario[] {
  const known = SCENARIOS.map(({ name }) => name);
  const stray = words.find((word) => !known.includes(word));
  if (stray !== undefined) {
    const message = `there is no scenario ${JSON.stringify(stray)}${didYouMean(stray, known)}; there are ${known.join(', ')}`;
    throw new BatonError('INVALID_ARGUMENT', message);
  }
  return SCENARIOS.filter(({ name }) => words.length === 0 || words.includes(name));
}

/** @throws {BatonError} INVALID_ARGUMENT for rounds that are no count. */
export function readPace({ rounds, quick = false }: BenchFlags): Pace {
  return { quick, rounds: rounds === undefined ? undefined : readCount(rounds, '--rounds') };
}
