import { z } from 'zod';
import { HandoffStarted } from './chunk.ts';
import { HandoffId } from './envelope.ts';
import { ErrorInfo } from './error.ts';
import { ObjectRef } from './object-ref.ts';
import { RunResult } from './result.ts';

/** The version of what is kept of durable runs. */
export const DURABLE_VERSION = 1;
const V = z.literal(DURABLE_VERSION);

/** How a durable run can end. */
export const EndState = z.enum(['succeeded', 'failed', 'cancelled', 'expired']);
export type EndState = z.infer<typeof EndState>;

/** One piece of what a run said: so much of its answer, or a handoff that began. */
export const SaidPiece = z.union([z.int().nonnegative(), HandoffStarted]);
export type SaidPiece = z.infer<typeof SaidPiece>;

/** The one terminal record of a durable run; of several that are written the first counts. */
export const RunRecord = z.looseObject({
  v: V,
  id: HandoffId,
  /** Address of the agent that was asked. */
  agent: z.string(),
  state: EndState,
  result: RunResult,
  /** Where the whole result is when it is too large for the record; `result` then tells only how it went. */
  resultRef: ObjectRef.optional(),
  /** What the run said, where it is kept nowhere else: how long each piece of the answer was, and the handoffs between them. */
  said: z.array(SaidPiece).optional(),
  /** It was given up after too many attempts; a dead letter tells more. */
  deadLetter: z.boolean().optional(),
  /** Tells two requests apart that name one id. */
  request: z.string().optional(),
  /** When, by the writer's clock, milliseconds since the epoch. */
  at: z.number(),
});
export type RunRecord = z.infer<typeof RunRecord>;

/** What a step of a durable run yielded, as JSON; left out for nothing. */
export const StepRecord = z.looseObject({
  v: V,
  key: z.string(),
  value: z.unknown().optional(),
  /** Where the value is when it is too large for the record. */
  valueRef: ObjectRef.optional(),
});
export type StepRecord = z.infer<typeof StepRecord>;

/** How one attempt that did not end its run was over. */
export const AttemptEnd = z.enum(['failed', 'stalled', 'handed_back']);
export type AttemptEnd = z.infer<typeof AttemptEnd>;

/** An attempt began, or ended. One that never ends died with its process. */
export const AttemptNote = z.looseObject({
  v: V,
  /** Names the attempt. */
  attempt: z.string(),
  instance: z.string(),
  host: z.string(),
  pid: z.number(),
  at: z.number(),
  /** Absent when it began. */
  end: AttemptEnd.optional(),
  error: ErrorInfo.optional(),
});
export type AttemptNote = z.infer<typeof AttemptNote>;

/** One attempt as the notes tell it; without an end while it is under way, and when its process died. */
export const Attempt = z.looseObject({
  instance: z.string(),
  host: z.string(),
  pid: z.number(),
  startedAt: z.number(),
  endedAt: z.number().optional(),
  end: AttemptEnd.optional(),
  error: ErrorInfo.optional(),
});
export type Attempt = z.infer<typeof Attempt>;

/** One piece of what a durable run says. `seq` counts up by one through all attempts, from 1. */
export const OutputNote = z.looseObject({
  v: V,
  seq: z.int().positive(),
  /** Counts the attempts; text of an earlier one is void once a later one has begun. */
  attempt: z.int().positive(),
  /** Absent on the note with which an attempt begins. */
  text: z.string().optional(),
  handoff: HandoffStarted.optional(),
  /** A step below began anew: what it had streamed is void. */
  superseded: z.boolean().optional(),
});
export type OutputNote = z.infer<typeof OutputNote>;

/** Durable work that was given up, with all that is needed to try it again. */
export const DeadLetter = z.looseObject({
  v: V,
  id: HandoffId,
  /** Address of the agent it was for. */
  agent: z.string(),
  cause: ErrorInfo,
  attempts: z.array(Attempt),
  /** The request as it was queued, in UTF-8 ... */
  request: z.string(),
  /** ... and where that is, as a JSON text, when it is too large for the letter; `request` is empty then. */
  requestRef: ObjectRef.optional(),
  at: z.number(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;
