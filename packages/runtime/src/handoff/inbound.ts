import type { RunInput } from '../agent/agent.ts';
import { handedOver } from '../agent/attempt-handoff.ts';
import { newId } from '../agent/id.ts';
import { newScope } from '../agent/new-run.ts';
import type { RunScope } from '../agent/port.ts';
import type { Envelope, Origin } from '../wire/envelope.ts';
import type { Address } from '../wire/name.ts';
import type { IncomingPrompt } from '../wire/prompt.ts';
import { isInbox } from '../wire/subject.ts';
import { callerOf } from './guard.ts';

/** Callers that speak the bare protocol name no deadline; by its convention they give up after 10 minutes. */
const PLAIN_PROMPT_TIMEOUT_MS = 600_000;

/** The bounds of a run that answers a handoff: those of its envelope, with this agent added to the path. */
export function inherit(envelope: Envelope, { owner, agent }: Address): Omit<RunScope, 'signal'> {
  const { id, conversation, path, hops, maxHops, remainingMs, budget, traceparent } = envelope;
  return {
    id,
    conversation,
    path: [...path, `${owner}/${agent}`],
    hops,
    maxHops,
    // By time left, not by the absolute deadline: the sender's clock may differ.
    expiresAt: Date.now() + remainingMs,
    caller: callerOf(envelope),
    budget,
    traceparent,
    canAnswer: envelope.canAnswer ?? false,
  };
}

/** The bounds of a prompt without an envelope. */
export function plainScope({ owner, agent }: Address): Omit<RunScope, 'signal'> {
  const bounds = newScope([`${owner}/${agent}`], {
    timeoutMs: PLAIN_PROMPT_TIMEOUT_MS,
    conversation: newId(),
  });
  // The protocol asks of every caller that it answers queries; one that does not lets them run out.
  return { ...bounds, canAnswer: true };
}

/** Who waits for the answer to a prompt: whoever its sender names, or the sender itself. */
export function originOf({ envelope }: IncomingPrompt, reply: string): Origin | undefined {
  if (envelope?.origin) return envelope.origin;
  if (!isInbox(reply)) return undefined;
  return { reply, baton: envelope !== undefined, ...(envelope?.batch && { batch: true }) };
}

/** What a run is told of the prompt it answers. */
export function toInput(
  { prompt, envelope }: IncomingPrompt,
  { agent }: Address,
): Omit<RunInput, 'scope' | 'log'> {
  const sent = handedOver(envelope?.messages ?? []);
  const messages = sent.length > 0 ? sent : [{ role: 'user', content: prompt } as const];
  if (!envelope || envelope.path.length === 0) return { messages, inbound: undefined };
  const { source, path, context, metadata, deadline, remainingMs } = envelope;
  const sentAt = deadline - remainingMs;
  return { messages, inbound: { source, origin: path[0] ?? agent, path, sentAt, context, metadata } };
}
