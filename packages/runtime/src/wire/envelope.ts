import { z } from 'zod';
import { BatonError } from './error.ts';
import { HANDOFF_ID, MAX_ADDRESS, MAX_HOPS } from './limits.ts';
import { Message } from './message.ts';
import { HandoffMetadata, MAX_TIMEOUT_SECONDS } from './metadata.ts';
import { Money } from './money.ts';
import { ObjectRef } from './object-ref.ts';
import { isPlainEnvelope } from './plain.ts';
import { isInbox } from './subject.ts';

/** The major version of the envelope this runtime writes and reads. */
export const ENVELOPE_VERSION = 1;

/** Handoffs in a row before one is refused, unless the asker says otherwise. */
export const DEFAULT_MAX_HOPS = 10;

/** How a handoff ends: a call returns to its source, a transfer answers the origin directly. */
export const HandoffMode = z.enum(['call', 'transfer']);
export type HandoffMode = z.infer<typeof HandoffMode>;

/** Names a user. An empty name is none. */
export const UserId = z
  .string()
  .regex(/^\P{Cc}{1,256}$/u, 'must have 1 to 256 characters, none of them a control character');

/** For whom the work is done. Claims, not proof: see docs/architecture.md, "Trust". */
export const Caller = z.looseObject({
  user: UserId.optional(),
  scopes: z.array(z.string()).default([]),
});
export type Caller = z.infer<typeof Caller>;

/** Who published an envelope: an agent's address, or a client's name, and its instance. */
export const Source = z.looseObject({ agent: z.string(), instance: z.string() });
export type Source = z.infer<typeof Source>;

/** Names a handoff, and with it everything that is kept of it: one subject token. */
export const HandoffId = z.string().regex(HANDOFF_ID, 'must be 1 to 64 letters, digits, "-" and "_"');
export type HandoffId = z.infer<typeof HandoffId>;

/** Whoever waits for the answer of a transfer, past the agents between. */
export const Origin = z.looseObject({
  /** Where the answer goes. A stranger names it, so an inbox and nothing else. */
  reply: z.string().refine(isInbox, 'must be an inbox'),
  /** It sent an envelope, and is told what Baton tells Baton ... */
  baton: z.boolean(),
  /** ... several chunks in one message; absent for no. */
  batch: z.boolean().optional(),
});
export type Origin = z.infer<typeof Origin>;

/** A handoff by transfer of a durable run. */
export const HandedOn = z.looseObject({
  id: HandoffId,
  from: z.string(),
  to: z.string(),
  /** When, by its source's clock, milliseconds since the epoch. */
  at: z.number(),
});
export type HandedOn = z.infer<typeof HandedOn>;

/** The durable run that the target of a transfer goes on with: its record and its text are the target's to write. */
export const HandedRun = z.looseObject({
  id: HandoffId,
  /** Address of the agent that was asked. */
  agent: z.string(),
  /** Tells two requests apart that name one id. */
  request: z.string().optional(),
  /** When it was asked, and when it was begun, milliseconds since the epoch. */
  askedAt: z.number(),
  beganAt: z.number(),
  /** The transfers so far, this one last. */
  way: z
    .array(HandedOn)
    .min(1)
    .max(MAX_HOPS + 1),
  /** The last piece of what the run says: its number, and that of the attempt ... */
  said: z.looseObject({ attempt: z.int().positive(), seq: z.int().nonnegative() }),
  /** ... and how many of them, each of which tells of one of the last transfers, have been told nobody yet. */
  untold: z.int().nonnegative(),
});
export type HandedRun = z.infer<typeof HandedRun>;

/** The context envelope: what a handoff carries from its source to its target. Unknown fields are kept. */
export const Envelope = z.looseObject({
  v: z.literal(ENVELOPE_VERSION),
  /** ULID of this handoff, also its idempotency key. */
  id: HandoffId,
  conversation: z
    .string()
    .min(1)
    .max(128)
    .regex(/^\P{Cc}*$/u, 'must hold no control characters'),
  source: Source,
  /** Address of the target, `owner/agent`. */
  target: z.string(),
  mode: HandoffMode,
  /** The conversation so far; absent when the prompt is all of it. */
  messages: z.array(Message).optional(),
  /** Where the messages are when they are too large to travel; the prompt is then only how they begin. */
  messagesRef: ObjectRef.optional(),
  /** What the source's `before_handoff` hooks wrote for the target. */
  context: z.record(z.string(), z.unknown()),
  /** Where that is when it is too large to travel; `context` is empty then. */
  contextRef: ObjectRef.optional(),
  metadata: HandoffMetadata,
  /** Addresses of the agents this work has passed through, the first one first. */
  path: z.array(z.string().max(MAX_ADDRESS)).max(MAX_HOPS + 1),
  hops: z.int().nonnegative(),
  maxHops: z.int().positive().max(MAX_HOPS),
  /** When the answer is due: milliseconds since the epoch by the sender's clock ... */
  deadline: z.number(),
  /** ... and as time left when it was sent, for receivers whose clock differs. */
  remainingMs: z.number().max(MAX_TIMEOUT_SECONDS * 1000),
  /** For how long it has looked for a free place, milliseconds; absent the first time. Orders those that wait. */
  waitedMs: z.int().nonnegative().optional().catch(undefined),
  caller: Caller.default({ scopes: [] }),
  /** Whoever asked answers questions in mid-stream; absent for no. */
  canAnswer: z.boolean().optional(),
  /** Whoever waits for the answer reads several chunks from one message; absent for no. */
  batch: z.boolean().optional(),
  /** The most that may be charged for this handoff's work and all below it; absent for no bound. */
  budget: Money.optional(),
  /** Of a transfer: who is to be answered in place of its sender, once the target has taken it. */
  origin: Origin.optional(),
  /** Of a transfer in a durable run: the run that the target goes on with. */
  run: HandedRun.optional(),
  /** W3C trace context. */
  traceparent: z.string().optional(),
  /** Ids of the durable runs this one is a step of, the first one first; absent for none. */
  lineage: z
    .array(HandoffId)
    .max(MAX_HOPS + 1)
    .optional(),
});
export type Envelope = z.infer<typeof Envelope>;

/**
 * Reads the envelope of a request.
 * @throws {BatonError} PROTOCOL for another major version, INVALID_ARGUMENT naming the first wrong field.
 */
export function parseEnvelope(value: unknown): Envelope {
  if (isPlainEnvelope(value)) return value as Envelope;
  const parsed = Envelope.safeParse(value);
  if (parsed.success) return parsed.data;
  const version = (value as { v?: unknown } | null)?.v;
  if (typeof version === 'number' && version !== ENVELOPE_VERSION) {
    throw new BatonError(
      'PROTOCOL',
      `envelope version ${version} is not understood here; this agent speaks version ${ENVELOPE_VERSION}`,
    );
  }
  throw new BatonError('INVALID_ARGUMENT', `envelope field ${explainIssue(parsed.error, 'baton')}`);
}

/** The first thing a schema objected to, in one line: `"path": what was expected`; `root` names the whole. */
export function explainIssue(error: z.ZodError, root?: string): string {
  const { path = [], message = 'is not valid' } = error.issues[0] ?? {};
  const place = path.length > 0 ? path.join('.') : root;
  return place === undefined ? message : `"${place}": ${message}`;
}
