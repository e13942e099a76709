import type { RunRecord } from '../../wire/durable.ts';
import type { Envelope } from '../../wire/envelope.ts';
import { BatonError } from '../../wire/error.ts';
import { callOff } from './call-off.ts';
import { factsOf } from './run-record.ts';
import type { DurableSpace } from './space.ts';

/** Ends a run whose deadline has passed, unless it has ended: returns the record that stands. @throws {BatonError} UNAVAILABLE. */
export async function expireRun(space: DurableSpace, envelope: Envelope, prompt: string): Promise<RunRecord> {
  const error = new BatonError('DEADLINE_EXCEEDED', 'no answer before the deadline');
  return await callOff(space, factsOf(prompt, envelope), error);
}
