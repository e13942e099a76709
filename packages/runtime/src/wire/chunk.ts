import { z } from 'zod';
import { explainIssue, HandoffMode } from './envelope.ts';
import { BatonError } from './error.ts';
import { InstanceId } from './heartbeat.ts';
import { decodeJson, encodeJson } from './json.ts';
import { ObjectRef } from './object-ref.ts';
import { isPlainChunk } from './plain.ts';
import { Attachment } from './prompt.ts';
import { RunResult } from './result.ts';

/** A handoff has begun somewhere below: callers can show the path while the answer is on its way. */
export const HandoffStarted = z.looseObject({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  mode: HandoffMode,
});
export type HandoffStarted = z.infer<typeof HandoffStarted>;

/**
 * A run's outcome at the end of its stream: `response` is left out when it is the streamed text. Who reads several chunks from one
 * message is not told what it knows (the ids), and takes what is left out for none, or no.
 */
export const StreamedResult = RunResult.partial({
  response: true,
  conversation: true,
  id: true,
  handoffs: true,
  insights: true,
  fallback: true,
});
export type StreamedResult = z.infer<typeof StreamedResult>;

/** What Baton tells Baton in a stream; other callers ignore the chunk type, as the protocol asks of them. */
export const BatonNote = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('handoff'), handoff: HandoffStarted }),
  /** The answer comes from another agent from here on: a handoff of the agent that was asked, by transfer. */
  z.looseObject({ kind: z.literal('transferred'), handoff: HandoffStarted }),
  /** The text so far is void: the answer begins anew. Counted among the pieces, so that it is missed when it is lost. */
  z.looseObject({ kind: z.literal('superseded'), seq: z.int().positive() }),
  /** Several pieces of text, the first of them with this place. */
  z.looseObject({ kind: z.literal('texts'), seq: z.int().positive(), texts: z.array(z.string()) }),
  z.looseObject({
    kind: z.literal('result'),
    result: StreamedResult,
    /** How many pieces the stream has had. */
    pieces: z.int().nonnegative().optional(),
  }),
  /** The result is larger than the broker takes in one message: it is kept for the caller, as JSON. */
  z.looseObject({
    kind: z.literal('large-result'),
    ref: ObjectRef,
    pieces: z.int().nonnegative().optional(),
  }),
]);
export type BatonNote = z.infer<typeof BatonNote>;

/** One thing said in a response stream (protocol section 6). Who sent an envelope with `batch` may get several in a message. */
export const Chunk = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.literal('status'),
    data: z.string(),
    /** Told with the ack to callers that sent an envelope: who took the prompt ... */
    instance: InstanceId.optional().catch(undefined),
    /** ... of which agent, `owner/agent` ... */
    agent: z.string().optional().catch(undefined),
    /** ... and how many seconds it will be silent at the most. */
    every_s: z.number().positive().max(60).optional().catch(undefined),
  }),
  z.looseObject({
    type: z.literal('response'),
    /** Place among the pieces of text of this stream, from 1; told to callers that sent an envelope. */
    seq: z.int().positive().optional().catch(undefined),
    data: z.union([
      z.string(),
      z.looseObject({ text: z.string().default(''), attachments: z.array(Attachment).optional() }),
    ]),
  }),
  z.looseObject({
    type: z.literal('query'),
    data: z.looseObject({ id: z.string(), reply_subject: z.string(), prompt: z.string() }),
  }),
  z.looseObject({ type: z.literal('baton'), data: BatonNote }),
  /** The end of the stream, as the last of several chunks. */
  z.looseObject({ type: z.literal('end') }),
]);
export type Chunk = z.infer<typeof Chunk>;

/** The first message of every stream, repeated as a keep-alive. */
export const ACK = encodeChunk({ type: 'status', data: 'ack' });

/** The last message of every stream: no bytes, no headers. */
export const TERMINATOR = new Uint8Array(0);

/** Error headers of the NATS micro protocol. */
export const ERROR_CODE_HEADER = 'Nats-Service-Error-Code';
export const ERROR_TEXT_HEADER = 'Nats-Service-Error';

export function encodeChunk(chunk: Chunk): Uint8Array {
  return encodeJson(chunk);
}

/**
 * Reads one message of a stream: a chunk, or an array of them. What is of an unknown type, or malformed, is left out, as
 * callers skip it.
 * @throws {BatonError} PROTOCOL for a result that cannot be read: without it nobody knows how the run ended.
 */
export function decodeChunks(data: Uint8Array): Chunk[] {
  const value = decodeJson(data);
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.map(readChunk).filter((chunk) => chunk !== undefined);
}

function readChunk(value: unknown): Chunk | undefined {
  if (isPlainChunk(value)) return value as Chunk;
  const chunk = Chunk.safeParse(value);
  if (chunk.success || !isResultNote(value)) return chunk.data;
  throw new BatonError(
    'PROTOCOL',
    `the result of the answer cannot be read: field ${explainIssue(chunk.error)}`,
  );
}

function isResultNote(value: unknown): boolean {
  const note = value as { type?: unknown; data?: { kind?: unknown } | null } | null | undefined;
  const kind = note?.type === 'baton' ? note.data?.kind : undefined;
  return kind === 'result' || kind === 'large-result';
}

/** The text that a response chunk adds to the answer. */
export function chunkText(data: Extract<Chunk, { type: 'response' }>['data']): string {
  return typeof data === 'string' ? data : data.text;
}
