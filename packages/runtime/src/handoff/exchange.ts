import type { Emit } from '../agent/events.ts';
import type { HandoffOrder } from '../agent/port.ts';
import type { Bus } from '../bus/bus.ts';
import type { BusMessage } from '../bus/inbox.ts';
import { NoResponders } from '../bus/reply-stream.ts';
import type { Registry } from '../registry/registry.ts';
import {
  chunkText,
  decodeChunk,
  ERROR_CODE_HEADER,
  ERROR_TEXT_HEADER,
  type StreamedResult,
} from '../wire/chunk.ts';
import { ENVELOPE_VERSION, type Envelope, type Source } from '../wire/envelope.ts';
import { BatonError, HandoffError } from '../wire/error.ts';
import { decodeError } from '../wire/error-body.ts';
import { lastUserText, type Message } from '../wire/message.ts';
import type { Address, Owner } from '../wire/name.ts';
import { encodeAnswer, encodePrompt } from '../wire/prompt.ts';
import type { RunResult } from '../wire/result.ts';
import { isInbox, promptSubject } from '../wire/subject.ts';
import { registryNames, unreachable } from './guard.ts';

/** Who sends: the bus, the view of the mesh, and the name that goes into `source`. */
export interface Sender {
  readonly bus: Bus;
  readonly registry: Registry;
  readonly home: Owner;
  readonly source: () => Source;
}

/** Longest silence of a target, milliseconds: hosts repeat their ack at least every 30 s (protocol section 6). */
const SILENCE_MS = 60_000;

/** Longest wait for the ack of a live agent, milliseconds: hosts send it before any work. */
const ACK_MS = 10_000;

/** How long an agent that the registry does not see alive may take to ack, once the mesh is known, milliseconds. */
const DOUBT_MS = 100;

/**
 * Publishes one request with its envelope and follows the answer to its end, passing on what streams.
 * Never rejects: every failure is a result, with whatever text had arrived.
 */
export async function exchange(
  sender: Sender,
  { order, address }: { order: HandoffOrder; address: Address },
  emit: Emit,
): Promise<RunResult> {
  const started = performance.now();
  const answer = new Answer(emit, sender.bus);
  try {
    const { signal, expiresAt } = order.scope;
    const data = encode(sender, order, address);
    const onReply = (message: BusMessage) => answer.take(message);
    await publish(sender.registry, address, ({ subject, doubt }) =>
      sender.bus.follow(subject, data, {
        signal,
        expiresAt,
        doubt,
        firstReplyMs: ACK_MS,
        silenceMs: SILENCE_MS,
        onReply,
      }),
    );
  } catch (thrown) {
    // What the target itself reported says more than that its stream was then broken off.
    answer.error ??= await explain(sender, address, thrown);
  }
  return answer.toResult(order, address, Math.round(performance.now() - started));
}

/** The answer to one request as it comes in. */
class Answer {
  readonly #emit: Emit;
  readonly #bus: Bus;
  #text = '';
  #result: StreamedResult | undefined;
  error: BatonError | undefined;

  constructor(emit: Emit, bus: Bus) {
    this.#emit = emit;
    this.#bus = bus;
  }

  /** Takes in one message of the stream; true when it was the terminator. */
  take(message: BusMessage): boolean {
    const code = message.headers?.get(ERROR_CODE_HEADER);
    if (code) {
      const text = message.headers?.get(ERROR_TEXT_HEADER) ?? '';
      const { error, result } = decodeError(Number(code), text, message.data);
      this.error = error;
      this.#result = result;
      return false;
    }
    if (message.data.length === 0) return message.headers === undefined;
    const chunk = decodeChunk(message.data);
    if (chunk?.type === 'response') {
      const text = chunkText(chunk.data);
      this.#text += text;
      if (text) this.#emit({ type: 'text', text });
    } else if (chunk?.type === 'baton') {
      if (chunk.data.kind === 'handoff') this.#emit({ type: 'handoff', handoff: chunk.data.handoff });
      else this.#result = chunk.data.result;
    } else if (chunk?.type === 'query' && isInbox(chunk.data.reply_subject)) {
      const { id, prompt, reply_subject: replySubject } = chunk.data;
      const answer = (text: string) => this.#bus.publish(replySubject, encodeAnswer(text));
      this.#emit({ type: 'query', query: { id, prompt, replySubject, answer } });
    }
    return false;
  }

  toResult(order: HandoffOrder, address: Address, durationMs: number): RunResult {
    const { error } = this;
    const streamed = error && this.#text === '' ? null : this.#text;
    const told = this.#result;
    return {
      agent: told?.agent ?? address.agent,
      conversation: order.scope.conversation,
      id: order.id,
      durationMs,
      handoffs: told?.handoffs ?? [],
      insights: told?.insights ?? {},
      fallback: told?.fallback ?? false,
      success: error === undefined && (told?.success ?? true),
      response: told?.response === undefined || (error && told.response === null) ? streamed : told.response,
      ...(error && { error: error.toJSON() }),
    };
  }
}

function encode(sender: Sender, order: HandoffOrder, address: Address): Uint8Array {
  const { messages, scope } = order;
  const prompt = lastUserText(messages);
  if (prompt === '') {
    throw new HandoffError('there is nothing to ask: the last user message has no text', {
      code: 'INVALID_ARGUMENT',
      target: order.target,
    });
  }
  const baton: Envelope = {
    v: ENVELOPE_VERSION,
    id: order.id,
    conversation: scope.conversation,
    source: sender.source(),
    target: `${address.owner}/${address.agent}`,
    mode: order.mode,
    ...(!isWholeConversation(messages) && { messages: [...messages] }),
    context: order.context,
    metadata: order.metadata,
    path: [...scope.path],
    hops: scope.path.length === 0 ? 0 : scope.hops + 1,
    maxHops: scope.maxHops,
    deadline: scope.expiresAt,
    remainingMs: scope.expiresAt - Date.now(),
    caller: scope.caller,
    ...(scope.canAnswer && { canAnswer: true }),
    ...(scope.traceparent !== undefined && { traceparent: scope.traceparent }),
  };
  return encodePrompt({ prompt, baton });
}

/** One plain user message is all in the prompt; sending it twice would double every small request. */
function isWholeConversation(messages: readonly Message[]): boolean {
  const [only] = messages;
  return messages.length === 1 && only?.role === 'user' && Object.keys(only).length === 2;
}

/** Sends to the agent; once more, elsewhere, when nobody answers there and the mesh is only now known. */
async function publish(registry: Registry, address: Address, send: (attempt: Attempt) => Promise<void>) {
  const subject = subjectOf(registry, address);
  try {
    await send({ subject, doubt: doubt(registry, address, subject) });
  } catch (thrown) {
    if (!(thrown instanceof NoResponders)) throw thrown;
    await registry.synced();
    const announced = subjectOf(registry, address);
    if (announced === subject) throw thrown;
    await send({ subject: announced, doubt: undefined });
  }
}

interface Attempt {
  readonly subject: string;
  readonly doubt: Promise<BatonError | undefined> | undefined;
}

/**
 * The registry's word beside the broker's: an observer subscribed to everything, or a process that is frozen, counts
 * as a responder for the broker. Nobody is doubted whose instances are seen alive, nor whoever acks in time.
 */
function doubt(registry: Registry, address: Address, subject: string): Attempt['doubt'] {
  if (registry.find(address).status === 'live') return undefined;
  return registry.synced().then(async () => {
    // An agent launched this moment may be heard of a little later than it can be reached.
    await new Promise((resolve) => setTimeout(resolve, DOUBT_MS));
    const isThere = registry.find(address).status === 'live' && subjectOf(registry, address) === subject;
    return isThere ? undefined : new NoResponders();
  });
}

/** Where to publish: the agent's own subject, or what a host of another kind under that name announced. */
function subjectOf(registry: Registry, address: Address): string {
  const presence = registry.find(address);
  const foreign =
    presence.status === 'live' && presence.instances.every(({ kind }) => kind !== 'baton')
      ? presence.instances[0]?.details?.promptSubject
      : undefined;
  return foreign ?? promptSubject(address);
}

async function explain({ registry, home }: Sender, address: Address, thrown: unknown): Promise<BatonError> {
  if (!(thrown instanceof NoResponders)) return BatonError.from(thrown);
  return unreachable(address, await registry.lookUp(address), { live: registryNames(registry, home), home });
}
