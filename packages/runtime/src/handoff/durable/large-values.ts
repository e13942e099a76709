import type { z } from 'zod';
import type { Bus } from '../../bus/bus.ts';
import type { RunRecord } from '../../wire/durable.ts';
import { BatonError } from '../../wire/error.ts';
import { encodeJson } from '../../wire/json.ts';
import { MAX_OBJECT_BYTES, type ObjectRef } from '../../wire/object-ref.ts';
import { RunResult } from '../../wire/result.ts';
import { fetchPart } from '../large-intake.ts';
import type { DurableSpace } from './space.ts';

/** Room in a message for the record around a value, bytes. */
const RECORD_BYTES = 8 * 1024;
/** Writing or reading an object may take this long, milliseconds. */
const OBJECT_MS = 30_000;
/** How much of an error's message is kept beside the reference to the rest: characters. */
const MESSAGE_LENGTH = 1000;

/** Whether there is room for it in a message, with what is written around it. */
export function fitsMessage(bus: Bus, data: Uint8Array): boolean {
  return data.length <= bus.maxPayload - RECORD_BYTES;
}

/**
 * Puts a value that is too large for a record beside it, and says where; undefined for one that fits. `what` names it:
 * "the answer".
 * @throws {BatonError} INVALID_ARGUMENT for more than 16 MiB, FAILED_PRECONDITION, RESOURCE_EXHAUSTED, UNAVAILABLE.
 */
export async function putLarge(
  { bus, owner }: DurableSpace,
  value: unknown,
  what: string,
): Promise<ObjectRef | undefined> {
  const data = encodeJson(value);
  if (fitsMessage(bus, data)) return undefined;
  if (data.length > MAX_OBJECT_BYTES) {
    const mb = (data.length / 1_048_576).toFixed(1);
    throw new BatonError('INVALID_ARGUMENT', `${what} has ${mb} MB; at most 16 MB are kept`);
  }
  return await (await bus.objects(owner)).put(data, AbortSignal.timeout(OBJECT_MS));
}

/** Removes what was put for a record that does not stand. */
export async function dropLarge({ bus, owner }: DurableSpace, ref: ObjectRef | undefined): Promise<void> {
  if (ref) (await bus.objects(owner)).drop(ref);
}

/**
 * The value of a reference.
 * @throws {BatonError} FAILED_PRECONDITION when it is gone, INVALID_ARGUMENT when it is not what the reference says, UNAVAILABLE.
 */
export async function fetchLarge<T>(space: DurableSpace, ref: ObjectRef, schema: z.ZodType<T>): Promise<T> {
  const from = { bus: space.bus, owner: space.owner, signal: AbortSignal.timeout(OBJECT_MS) };
  return await fetchPart(from, ref, { schema, field: 'value' });
}

/** The whole result of a run, which may be kept beside its record. @throws {BatonError} as `fetchLarge`. */
export async function wholeResult(space: DurableSpace, record: RunRecord): Promise<RunResult> {
  const { result, resultRef } = record;
  return resultRef ? await fetchLarge(space, resultRef, RunResult) : result;
}

/** What stands in the record of a result that is kept beside it: how it went, without what was said. */
export function resultStub(result: RunResult): RunResult {
  const { success, agent, conversation, id, durationMs, fallback, error } = result;
  const shown = error && { ...error, message: error.message.slice(0, MESSAGE_LENGTH) };
  const facts = { success, agent, conversation, id, durationMs, fallback };
  return { ...facts, response: null, handoffs: [], insights: {}, ...(shown && { error: shown }) };
}
