import { decodeTime, isValid } from 'ulid';
import { Deadline } from '../../agent/deadline.ts';
import type { ProgressEvent } from '../../agent/events.ts';
import { unseenText } from '../../agent/events.ts';
import type { RunRecord } from '../../wire/durable.ts';
import type { Envelope } from '../../wire/envelope.ts';
import { BatonError } from '../../wire/error.ts';
import { decodePrompt } from '../../wire/prompt.ts';
import type { RunResult } from '../../wire/result.ts';
import { anyTaskSubject } from '../../wire/subject.ts';
import { type Question, readQuestion } from '../ask.ts';
import type { Sender } from '../sender.ts';
import { expireRun } from './expire-run.ts';
import { wholeResult } from './large-values.ts';
import { OutputReader } from './output-reader.ts';
import { RunEnding } from './run-ending.ts';
import { findRecord, runIdOf } from './run-record.ts';
import { type DurableSpace, RESULT_KEPT_MS } from './space.ts';
import { makeTask, submitTask } from './submit.ts';
import { untilAvailable } from './until-available.ts';

/** How long the broker may be silent before whoever looks something up is told so, milliseconds. */
export const LOOK_UP_MS = 1500;

const NEVER = new AbortController().signal;

/**
 * Puts a question into its agent's queue and returns its id once the broker has it: from then on it is carried out,
 * whoever dies.
 * @throws {BatonError} INVALID_ARGUMENT, NOT_FOUND, FAILED_PRECONDITION, RESOURCE_EXHAUSTED; DEADLINE_EXCEEDED or CANCELLED
 * when the broker did not say so in time: whether it is in the queue is not known, and asking again under the same id is
 * safe.
 */
export async function submit(sender: Sender, question: Question): Promise<{ readonly id: string }> {
  const options = { ...question.options, delivery: 'durable' } as const;
  const { address, messages, bounds } = readQuestion(sender.home, { ...question, options });
  using deadline = new Deadline(bounds.expiresAt, options.signal);
  const { id } = bounds;
  const { target } = question;
  const scope = { ...bounds, signal: deadline };
  const order = { id, target, mode: 'call', messages, context: {}, metadata: {}, scope } as const;
  const task = await makeTask(sender, { order, address }, deadline);
  await submitTask(sender, { task, address }, deadline);
  return { id };
}

/**
 * The result of a durable run; undefined while it is under way. A run whose deadline has passed ends here, if nobody
 * has ended it.
 * @throws {BatonError} NOT_FOUND for an id nobody knows, or whose result is kept no longer; FAILED_PRECONDITION or
 * INVALID_ARGUMENT when it was kept beside its record and is gone or altered; UNAVAILABLE.
 */
export async function resultOf({ spaces }: Sender, id: string): Promise<RunResult | undefined> {
  const found = spaces.find(id);
  const run = await untilAvailable(() => lookUp(found.space, found.id), LOOK_UP_MS);
  if (!('record' in run)) return undefined;
  return await untilAvailable(() => wholeResult(found.space, run.record), LOOK_UP_MS);
}

/** Waits for the result of a durable run, to its deadline at the latest. @throws {BatonError} NOT_FOUND, CANCELLED. */
export async function waitForResult(
  sender: Sender,
  id: string,
  { signal = NEVER }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<RunResult> {
  return await followRun(sender, id, { signal, tell: undefined });
}

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** Tell only what comes after this piece. */
  readonly from?: number | undefined;
  /** Undefined to be told nothing but the result. */
  readonly tell: ((event: ProgressEvent) => void) | undefined;
}

/** Follows a durable run to its end. Leaving it changes nothing for the run. @throws {BatonError} NOT_FOUND, CANCELLED. */
export async function followRun({ spaces }: Sender, id: string, options: FollowOptions): Promise<RunResult> {
  const found = spaces.find(id);
  const { tell = () => {}, from = 0, signal } = options;
  const run = await untilAvailable(() => lookUp(found.space, found.id), LOOK_UP_MS);
  const output = options.tell && new OutputReader(found.space, found.id, { from, tell });
  output?.listen();
  output?.catchUp();
  try {
    const record = 'record' in run ? run.record : await awaitUntilDeadline(found.space, run, signal);
    const result = await untilAvailable(() => wholeResult(found.space, record), LOOK_UP_MS);
    await output?.finish(record, result);
    const rest = output && result.success ? unseenText(output.text, result.response) : '';
    if (rest && output) tell({ type: 'text', text: rest, seq: output.seq });
    return result;
  } finally {
    output?.close();
  }
}

/** Nobody else may be left to end a run that is too late. */
async function awaitUntilDeadline(
  space: DurableSpace,
  { envelope, prompt }: Extract<KnownRun, { envelope: Envelope }>,
  signal: AbortSignal,
): Promise<RunRecord> {
  using deadline = new Deadline(envelope.deadline, signal);
  using ending = new RunEnding(space, runIdOf(envelope));
  try {
    return await ending.wait({ signal: deadline });
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    return await untilAvailable(() => expireRun(space, envelope, prompt), LOOK_UP_MS);
  }
}

/** What is known of a run: its record, or the request that waits or is being worked on. */
export type KnownRun =
  | { readonly record: RunRecord }
  | { readonly envelope: Envelope; readonly prompt: string };

/** @throws {BatonError} NOT_FOUND, UNAVAILABLE. */
export async function lookUp(space: DurableSpace, id: string): Promise<KnownRun> {
  // A look must not make what is looked into.
  if (!(await space.tasks.exists())) throw unknownRun(id);
  const record = await findRecord(space, id);
  if (record) return { record };
  const queued = await space.tasks.find(anyTaskSubject(space.owner, id));
  if (!queued) {
    // It may have ended between the two looks.
    const ended = await findRecord(space, id);
    if (ended) return { record: ended };
    throw unknownRun(id);
  }
  const { envelope, prompt } = decodePrompt(queued.data);
  if (!envelope) throw unknownRun(id);
  if (envelope.deadline > Date.now()) return { envelope, prompt };
  return { record: await expireRun(space, envelope, prompt) };
}

/** An id tells when it was made: one that is older than what is kept was known once. */
function unknownRun(id: string): BatonError {
  const ageMs = isValid(id) ? Date.now() - decodeTime(id) : 0;
  const kept = `results are kept for ${Math.round(RESULT_KEPT_MS / 3_600_000)} hours`;
  if (ageMs > RESULT_KEPT_MS) {
    const days = Math.round(ageMs / 86_400_000);
    return new BatonError(
      'NOT_FOUND',
      `nothing is known of "${id}" any more: ${kept}, and it is ${days} days old`,
    );
  }
  return new BatonError('NOT_FOUND', `no durable run has the id "${id}" here; ${kept}`);
}
