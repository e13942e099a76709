import type { RunRecord } from '../../wire/durable.ts';
import type { BatonError } from '../../wire/error.ts';
import { forbidFirstAttempt } from './attempts.ts';
import { endRun, failedRun, type RunFacts } from './run-record.ts';
import type { DurableSpace } from './space.ts';

/**
 * Ends a run from outside, unless it has ended: returns the record that stands. One that waits is not begun any more.
 * @throws {BatonError} UNAVAILABLE; doing it again is safe.
 */
export async function callOff(space: DurableSpace, facts: RunFacts, reason: BatonError): Promise<RunRecord> {
  await forbidFirstAttempt(space, facts.id);
  return await endRun(space, facts, { result: failedRun(facts, reason) });
}
