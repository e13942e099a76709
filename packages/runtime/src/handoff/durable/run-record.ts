import { hash } from 'node:crypto';
import { DURABLE_VERSION, type EndState, RunRecord, type SaidPiece } from '../../wire/durable.ts';
import type { Envelope, HandedRun } from '../../wire/envelope.ts';
import { BatonError, type ErrorInfo } from '../../wire/error.ts';
import { encodeJson } from '../../wire/json.ts';
import type { IncomingPrompt } from '../../wire/prompt.ts';
import type { HandoffRecord, RunResult } from '../../wire/result.ts';
import { resultSubject } from '../../wire/subject.ts';
import { dropLarge, fitsMessage, putLarge, resultStub } from './large-values.ts';
import type { DurableSpace } from './space.ts';

/** What is known of a durable run before it ends. */
export interface RunFacts {
  readonly id: string;
  /** Address of the agent that was asked. */
  readonly agent: string;
  readonly conversation: string;
  /** Tells two requests apart that name one id; undefined where it is not known. */
  readonly request: string | undefined;
  /** When it was asked, milliseconds since the epoch by the asker's clock; left out where that is not known. */
  readonly askedAt?: number;
  /** What is told of it where it goes on at another agent than the one that was asked. */
  readonly handed?: HandedRun;
}

/** How a run ends. */
export interface RunEnd {
  readonly result: RunResult;
  /** What it said, where that is kept nowhere else. */
  readonly said?: readonly SaidPiece[] | undefined;
  readonly deadLetter?: boolean;
}

/** Id of the run that a request is for: its own, or that of the run it goes on with. */
export function runIdOf({ id, run }: Envelope): string {
  return run?.id ?? id;
}

/** The facts of a run, from the request for it. */
export function factsOf(prompt: string, envelope: Envelope): RunFacts {
  const { id, target, conversation, messagesRef, contextRef, deadline, remainingMs, run } = envelope;
  if (run) {
    const { agent, request, askedAt } = run;
    return { id: run.id, agent, conversation, request, askedAt, handed: run };
  }
  // What is kept elsewhere is told by its hash: its key is another one each time.
  const messages = messagesRef?.sha256 ?? envelope.messages ?? null;
  const context = contextRef?.sha256 ?? envelope.context;
  // The same words of somebody else are another request: an answer is for whoever asked.
  const { user = null, scopes } = envelope.caller;
  const body = JSON.stringify([target, prompt, messages, context, user, scopes]);
  return {
    id,
    agent: target,
    conversation,
    request: hash('sha256', body, 'base64url').slice(0, 22),
    askedAt: deadline - remainingMs,
  };
}

/** As `factsOf`, for a request that was read; undefined for one without an envelope, which is no durable work. */
export function factsOfPrompt({ prompt, envelope }: IncomingPrompt): RunFacts | undefined {
  return envelope && factsOf(prompt, envelope);
}

/** How a run ended, by its result. */
function stateOf(result: RunResult): EndState {
  if (result.success) return 'succeeded';
  if (result.error?.code === 'CANCELLED') return 'cancelled';
  return result.error?.code === 'DEADLINE_EXCEEDED' ? 'expired' : 'failed';
}

/** The result of a run that ended without an answer. */
export function failedRun(facts: RunFacts, error: BatonError | ErrorInfo): RunResult {
  const { id, conversation, askedAt = Number.POSITIVE_INFINITY, handed } = facts;
  const agent = handed?.way.at(-1)?.to ?? facts.agent;
  const told = error instanceof BatonError ? error.toJSON() : error;
  return {
    success: false,
    response: null,
    agent: agent.slice(agent.indexOf('/') + 1),
    conversation,
    id,
    durationMs: Math.max(0, Math.round(Date.now() - askedAt)),
    handoffs: wayOf(handed, told),
    insights: {},
    fallback: false,
    error: told,
  };
}

/** The result of the agent that ends a run which was handed on to it, as that of the run. */
export function resultOfRun({ id, handed }: RunFacts, result: RunResult): RunResult {
  if (!handed) return result;
  const durationMs = Math.max(0, Date.now() - handed.beganAt);
  return { ...result, id, durationMs, handoffs: [...wayOf(handed, result.error), ...result.handoffs] };
}

/** The transfers of a run, each until now: they end with it. */
function wayOf(handed: HandedRun | undefined, error: ErrorInfo | undefined): HandoffRecord[] {
  return (handed?.way ?? []).map(({ id, from, to, at }) => ({
    id,
    from,
    to,
    mode: 'transfer',
    success: error === undefined,
    durationMs: Math.max(0, Date.now() - at),
    ...(error && { error }),
  }));
}

/** The terminal record of a run; undefined while there is none. @throws {BatonError} UNAVAILABLE. */
export async function findRecord(
  { owner, results }: DurableSpace,
  id: string,
): Promise<RunRecord | undefined> {
  const entry = await results.last(resultSubject(owner, id));
  return entry && RunRecord.safeParse(entry.value).data;
}

/**
 * Ends a run, unless it has ended: returns the record that stands, which may be another's.
 * @throws {BatonError} UNAVAILABLE when that is not known; doing it again is safe.
 */
export async function endRun(space: DurableSpace, facts: RunFacts, end: RunEnd): Promise<RunRecord> {
  const { result } = end;
  let record = toRecord(facts, end);
  let data = encodeJson(record);
  if (!fitsMessage(space.bus, data)) {
    const resultRef = await putLarge(space, result, 'the answer').catch(refuseLarge);
    if (resultRef instanceof BatonError)
      return await endRun(space, facts, { result: failedRun(facts, resultRef) });
    if (resultRef) record = { ...record, result: resultStub(result), resultRef };
    data = encodeJson(record);
  }
  space.checkpoint('before record');
  const isFirst = await space.results.addEncoded(resultSubject(space.owner, facts.id), data);
  space.checkpoint('after record');
  if (isFirst) return record;
  const standing = await findRecord(space, facts.id);
  if (!standing) throw new BatonError('UNAVAILABLE', `the result of "${facts.id}" cannot be read just now`);
  // It may be one's own, of which the broker had not said that it keeps it.
  if (record.resultRef?.key !== standing.resultRef?.key) await dropLarge(space, record.resultRef);
  return standing;
}

function toRecord(facts: RunFacts, { result, said, deadLetter = false }: RunEnd): RunRecord {
  return {
    v: DURABLE_VERSION,
    id: facts.id,
    agent: facts.agent,
    state: stateOf(result),
    result,
    ...(said && { said: [...said] }),
    ...(deadLetter && { deadLetter }),
    ...(facts.request !== undefined && { request: facts.request }),
    at: Date.now(),
  };
}

/** An answer nobody can be given must not keep the work coming back for ever. */
function refuseLarge(error: unknown): BatonError {
  if (error instanceof BatonError && error.code === 'INVALID_ARGUMENT') return error;
  throw error;
}
