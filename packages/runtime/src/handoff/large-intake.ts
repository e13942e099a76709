import { z } from 'zod';
import { asAbortSignal } from '../agent/stop.ts';
import type { Bus } from '../bus/bus.ts';
import type { StopSignal } from '../wire/abort.ts';
import { explainIssue } from '../wire/envelope.ts';
import { BatonError } from '../wire/error.ts';
import { decodeJson } from '../wire/json.ts';
import { Message } from '../wire/message.ts';
import type { Owner } from '../wire/name.ts';
import { MAX_OBJECT_BYTES, type ObjectRef } from '../wire/object-ref.ts';
import type { IncomingPrompt } from '../wire/prompt.ts';

/** Where what did not travel is fetched. */
export interface Fetching {
  readonly bus: Bus;
  /** The only owner whose objects are looked at. */
  readonly owner: Owner;
  readonly signal: StopSignal;
}

const Messages = z.array(Message).min(1);
const HandoffContext = z.record(z.string(), z.unknown());

/**
 * A prompt with what travelled by reference put back in its place; size and hash are checked before a byte is parsed.
 * @throws {BatonError} INVALID_ARGUMENT when it is not what the reference says or not what belongs there, FAILED_PRECONDITION
 * when it is gone, UNAVAILABLE.
 */
export async function withLargeParts(from: Fetching, incoming: IncomingPrompt): Promise<IncomingPrompt> {
  const { envelope } = incoming;
  if (!envelope?.messagesRef && !envelope?.contextRef) return incoming;
  const { messagesRef, contextRef, ...rest } = envelope;
  const size = (messagesRef?.size ?? 0) + (contextRef?.size ?? 0);
  if (size > MAX_OBJECT_BYTES) {
    throw new BatonError(
      'INVALID_ARGUMENT',
      `the messages have ${size} bytes; at most ${MAX_OBJECT_BYTES} are fetched`,
    );
  }
  const messages =
    messagesRef && (await fetchPart(from, messagesRef, { schema: Messages, field: 'messages' }));
  const context =
    contextRef && (await fetchPart(from, contextRef, { schema: HandoffContext, field: 'context' }));
  // Who has handed over for good does not wait until it is read.
  if (envelope.mode === 'transfer') await drop(from, [messagesRef, contextRef]);
  return { ...incoming, envelope: { ...rest, ...(messages && { messages }), ...(context && { context }) } };
}

async function drop({ bus, owner }: Fetching, refs: readonly (ObjectRef | undefined)[]): Promise<void> {
  const objects = await bus.objects(owner);
  for (const ref of refs) if (ref) objects.drop(ref);
}

/** What an object holds, as JSON of that form. */
export async function fetchPart<T>(
  { bus, owner, signal }: Fetching,
  ref: ObjectRef,
  { schema, field }: { readonly schema: z.ZodType<T>; readonly field: string },
): Promise<T> {
  const objects = await bus.objects(owner);
  const parsed = schema.safeParse(decodeJson(await objects.get(ref, asAbortSignal(signal))));
  if (parsed.success) return parsed.data;
  throw new BatonError(
    'INVALID_ARGUMENT',
    `what travelled by reference: ${explainIssue(parsed.error, field)}`,
  );
}
