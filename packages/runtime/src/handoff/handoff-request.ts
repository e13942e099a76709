import type { HandoffOrder } from '../agent/port.ts';
import { ENVELOPE_VERSION, type Envelope, type Source } from '../wire/envelope.ts';
import { HandoffError } from '../wire/error.ts';
import { lastUserText, type Message } from '../wire/message.ts';
import type { Address } from '../wire/name.ts';

/** What is published to a target. */
export interface HandoffRequest {
  readonly prompt: string;
  readonly baton: Envelope;
}

/** How much less time an agent is told than whoever asks waits, at the most: milliseconds, and of what is left. */
const WORD_MS = 250;
const WORD_SHARE = 0.05;

/**
 * When the target is to have ended, milliseconds since the epoch. Where a question enters the mesh that is a little before it is
 * given up: what the agent says then, who was asked below and what was spent, is still heard. Otherwise it is the deadline.
 */
export function withRoomToTell({ scope }: HandoffOrder): number {
  if (scope.path.length > 0) return scope.expiresAt;
  const leftMs = Math.max(0, scope.expiresAt - Date.now());
  return scope.expiresAt - Math.floor(Math.min(WORD_MS, leftMs * WORD_SHARE));
}

export interface RequestOptions {
  readonly source: Source;
  /** When the target is to have ended, milliseconds since the epoch. */
  readonly expiresAt: number;
}

/**
 * The request of a handoff, with its envelope; `LargeRequest` makes it bytes.
 * @throws {HandoffError} INVALID_ARGUMENT when the last user message has no text.
 */
export function toRequest(
  order: HandoffOrder,
  address: Address,
  { source, expiresAt }: RequestOptions,
): HandoffRequest {
  const { messages, scope } = order;
  const { journal } = scope;
  const isTransfer = order.mode === 'transfer';
  const prompt = lastUserText(messages);
  if (prompt === '') {
    throw new HandoffError('there is nothing to ask: the last user message has no text', {
      code: 'INVALID_ARGUMENT',
      target: order.target,
    });
  }
  // What is undefined does not travel.
  const baton: Envelope = {
    v: ENVELOPE_VERSION,
    id: order.id,
    conversation: scope.conversation,
    source,
    target: `${address.owner}/${address.agent}`,
    mode: order.mode,
    messages: isWholeConversation(messages) ? undefined : [...messages],
    context: order.context,
    metadata: order.metadata,
    path: [...scope.path],
    hops: scope.path.length === 0 ? 0 : scope.hops + 1,
    maxHops: scope.maxHops,
    deadline: expiresAt,
    remainingMs: expiresAt - Date.now(),
    caller: scope.caller,
    budget: scope.budget,
    canAnswer: scope.canAnswer || undefined,
    batch: true,
    origin: isTransfer ? scope.origin : undefined,
    run: isTransfer ? journal?.handOn({ id: order.id, from: source.agent, to: order.target }) : undefined,
    traceparent: scope.traceparent,
    lineage: journal && (isTransfer ? journal.lineage.slice(0, -1) : [...journal.lineage]),
  };
  return { prompt, baton };
}

/** One plain user message is all in the prompt; sending it twice would double every small request. */
function isWholeConversation(messages: readonly Message[]): boolean {
  const [only] = messages;
  return messages.length === 1 && only?.role === 'user' && Object.keys(only).length === 2;
}
