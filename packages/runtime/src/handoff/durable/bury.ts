import type { Attempt, DeadLetter, RunRecord } from '../../wire/durable.ts';
import { DURABLE_VERSION } from '../../wire/durable.ts';
import type { ErrorInfo } from '../../wire/error.ts';
import { deadSubject, parseTaskSubject } from '../../wire/subject.ts';
import { causeOf, readAttempts } from './attempts.ts';
import { putLarge } from './large-values.ts';
import { endRun, failedRun, type RunFacts } from './run-record.ts';
import type { DurableSpace } from './space.ts';

/** Work that is given up: as it was queued. */
export interface DeadWork {
  readonly facts: RunFacts;
  /** Id under which its attempts are noted: of the run, or of the handoff by which it came to this agent. */
  readonly hop: string;
  /** Subject of the queued work. */
  readonly subject: string;
  readonly data: Uint8Array;
}

/**
 * Gives work up: its run ends as failed, and a dead letter tells why and keeps the request. In that order, and the
 * work leaves the queue only after both: whoever dies in between is made good by the next one to find it.
 * @throws {BatonError} UNAVAILABLE; doing it again is safe.
 */
export async function bury(space: DurableSpace, work: DeadWork, cause?: ErrorInfo): Promise<void> {
  const attempts = await readAttempts(space, work.hop);
  const last = cause ?? causeOf(attempts);
  const tries = attempts.length === 1 ? 'one attempt' : `${attempts.length} attempts`;
  const message = `given up after ${tries}: ${last.message} ("baton dead show ${work.facts.id}" tells more)`;
  const error: ErrorInfo = { ...last, message, retryable: false, deadLetter: true };
  const end = { result: failedRun(work.facts, error), deadLetter: true };
  const record = await endRun(space, work.facts, end);
  await ensureBuried(space, { work, record, attempts }, last);
}

/** Writes the dead letter of a run that ended as one, unless it is there. @throws {BatonError} UNAVAILABLE. */
export async function ensureBuried(
  space: DurableSpace,
  found: { readonly work: DeadWork; readonly record: RunRecord; readonly attempts?: readonly Attempt[] },
  cause?: ErrorInfo,
): Promise<void> {
  const { work, record } = found;
  const address = parseTaskSubject(work.subject);
  // Where a run was handed on before it was given up, the letter is about the last of its agents.
  if (!record.deadLetter || record.result.agent !== address?.agent) return;
  const attempts = found.attempts ?? (await readAttempts(space, work.hop));
  const request = new TextDecoder().decode(work.data);
  const requestRef = await putLarge(space, request, 'the request');
  const letter: DeadLetter = {
    v: DURABLE_VERSION,
    id: work.facts.id,
    agent: `${address.owner}/${address.agent}`,
    cause: cause ?? causeOf(attempts),
    attempts: [...attempts],
    request: requestRef ? '' : request,
    ...(requestRef && { requestRef }),
    at: Date.now(),
  };
  space.checkpoint('before letter');
  await space.dead.add(deadSubject(address, work.facts.id), letter);
  space.checkpoint('after letter');
}

/** Whether a failure may pass when the work is done again: not when a step of it was given up for good. */
export function isWorthRetrying({ code, retryable, deadLetter }: ErrorInfo): boolean {
  return deadLetter !== true && (retryable || code === 'INTERNAL');
}
