import type { Bus } from '../bus/bus.ts';
import { type BatonNote, type Chunk, StreamedResult } from '../wire/chunk.ts';
import { BatonError } from '../wire/error.ts';
import { encodeJson } from '../wire/json.ts';
import type { Owner } from '../wire/name.ts';
import { MAX_OBJECT_BYTES, type ObjectRef } from '../wire/object-ref.ts';
import { type Fetching, fetchPart } from './large-intake.ts';

/** Writing a result that is too large for a message may take this long, milliseconds. */
const PUT_MS = 30_000;

/** Of what JSON leaves as it is: the rest is written in ASCII. */
const MOST_BYTES_PER_CHARACTER = 3;

/**
 * The chunk, as JSON, that tells a Baton caller how a run ended: with the result, or with where it is when it is larger than the broker
 * takes in one message.
 * @throws {BatonError} INVALID_ARGUMENT for more than 16 MiB; FAILED_PRECONDITION, UNAVAILABLE, RESOURCE_EXHAUSTED when the
 * broker cannot keep it.
 */
export function encodeResult(
  note: Extract<BatonNote, { kind: 'result' }>,
  place: { readonly bus: Bus; readonly owner: Owner },
): string | Promise<string> {
  const chunk = JSON.stringify({ type: 'baton', data: note } satisfies Chunk);
  const isSmall = chunk.length * MOST_BYTES_PER_CHARACTER <= place.bus.maxPayload;
  return isSmall ? chunk : encodeLarge(note, chunk, place);
}

async function encodeLarge(
  note: Extract<BatonNote, { kind: 'result' }>,
  chunk: string,
  { bus, owner }: { readonly bus: Bus; readonly owner: Owner },
): Promise<string> {
  const size = Buffer.byteLength(chunk);
  if (size <= bus.maxPayload) return chunk;
  if (size > MAX_OBJECT_BYTES) {
    const mb = (size / 1_048_576).toFixed(1);
    throw new BatonError('INVALID_ARGUMENT', `the answer has ${mb} MB; at most 16 MB travel`);
  }
  const ref = await (await bus.objects(owner)).put(encodeJson(note.result), AbortSignal.timeout(PUT_MS));
  const large: Chunk = { type: 'baton', data: { kind: 'large-result', ref, pieces: note.pieces } };
  return JSON.stringify(large);
}

/** The result that a chunk referred to; it is removed, as nobody else will read it. @throws {BatonError} as `fetchPart`. */
export async function fetchLargeResult(from: Fetching, ref: ObjectRef): Promise<StreamedResult> {
  const result = await fetchPart(from, ref, { schema: StreamedResult, field: 'result' });
  (await from.bus.objects(from.owner)).drop(ref);
  return result;
}
