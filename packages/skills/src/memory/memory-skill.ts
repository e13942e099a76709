import { createHash } from 'node:crypto';
import { BatonError, type Context, hook, type Message, Skill } from '@baton/runtime';
import { Conversations } from './conversations.ts';
import { applyChanges, isRecalled, type Remembered, recalledMessages, type State } from './remembered.ts';
import { type Summarize, Summarizer } from './summarizer.ts';

export interface MemoryOptions {
  /** Messages of a conversation that are kept, the newest ones. Default 20. */
  readonly limit?: number;
  /** How long a conversation is kept after its last message, milliseconds. Default one day. */
  readonly ttlMs?: number;
  /** Sums up what no longer fits; default: it is forgotten. */
  readonly summarize?: Summarize;
}

const DAY_MS = 86_400_000;
/** Messages beyond the limit that are kept while no summary holds them. */
const MOST_WAITING = 20;

/**
 * Lets a conversation continue on any replica: what was said is kept in the mesh's store under the conversation and
 * its user, and put before the new message; so is `context.state`. One user never sees another's. Memory that fails is
 * logged, and costs no answer: without a broker that keeps things, every message stands alone.
 */
export class MemorySkill extends Skill {
  readonly #limit: number;
  readonly #ttlMs: number;
  readonly #summarizer: Summarizer | undefined;
  /** Runs whose caller sent the conversation, not one message of it. */
  readonly #whole = new WeakSet<Context>();
  /** By `context.state`: what the store is known to hold of it, so that what changed since can be told. */
  readonly #kept = new WeakMap<State, State>();
  #conversations: Conversations | undefined;

  /** @throws {BatonError} INVALID_ARGUMENT when `limit` or `ttlMs` is no positive integer. */
  constructor({ limit = 20, ttlMs = DAY_MS, summarize }: MemoryOptions = {}) {
    super();
    this.#limit = positive('limit', limit);
    this.#ttlMs = positive('ttlMs', ttlMs);
    this.#summarizer = summarize && new Summarizer(summarize, this.#limit);
  }

  @hook('on_connection', { priority: 10 })
  async recall(context: Context): Promise<void> {
    const remembered = await this.#open().read(keyOf(context));
    // A caller that sends the whole conversation keeps it itself.
    if (context.messages.length > 1) this.#whole.add(context);
    if (!remembered) return;
    const { state, messages } = context;
    applyChanges(state, this.#kept.get(state) ?? {}, remembered.state);
    this.#kept.set(state, remembered.state);
    if (!this.#whole.has(context)) context.messages = [...recalledMessages(remembered), ...messages];
  }

  @hook('finalize_connection')
  async remember(context: Context): Promise<void> {
    const response = context.result?.success ? context.result.response : null;
    if (response === null || response === undefined) return;
    const conversations = this.#open();
    const key = keyOf(context);
    const news = said(context, response);
    const written = await conversations.update(key, (now) => {
      const state = this.#mergeState(context.state, now);
      // What others have remembered in the meantime comes before what this run adds.
      const older = this.#whole.has(context) ? undefined : now;
      return this.#bound(context, { ...older, messages: [...(older?.messages ?? []), ...news], state });
    });
    if (!written) return;
    this.#kept.set(context.state, written.state);
    await this.#summarizer?.fold(context, { conversations, key, record: written });
  }

  /** What changed here goes on top of what others have written since, which is then known here too. */
  #mergeState(state: State, now: Remembered | undefined): State {
    const merged = { ...now?.state };
    applyChanges(merged, now ? (this.#kept.get(state) ?? {}) : {}, state);
    applyChanges(state, state, merged);
    return merged;
  }

  /** Without a summary the limit is the limit; with one, messages wait until it holds them, but not for ever. */
  #bound(context: Context, record: Remembered): Remembered {
    const most = this.#limit + (this.#summarizer ? MOST_WAITING : 0);
    const lost = record.messages.length - most;
    if (lost <= 0) return record;
    if (this.#summarizer) context.log.warn({ lost }, 'messages are forgotten that were never summed up');
    return { ...record, messages: record.messages.slice(lost) };
  }

  #open(): Conversations {
    const open = () => this.port.store({ name: 'conversations', ttlMs: this.#ttlMs });
    this.#conversations ??= new Conversations(open, this.host.log);
    return this.#conversations;
  }
}

/** What this run adds to the conversation: what came in, what was handed on and back, and the answer. */
function said({ messages }: Context, response: string): Message[] {
  const news = messages.filter((message) => !isRecalled(message));
  const last = news.at(-1);
  // In a chain of handoffs the last answer has joined the conversation already.
  const isThere = last?.role === 'assistant' && last.content === response;
  return isThere ? news : [...news, { role: 'assistant', content: response }];
}

/** Ids come from outside: hashed, they are a safe key and cannot be mistaken for another user's. */
function keyOf({ peerUserId, conversation, agentName }: Context): string {
  const parts = JSON.stringify([agentName, peerUserId ?? null, conversation]);
  return createHash('sha256').update(parts).digest('hex');
}

function positive(option: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new BatonError('INVALID_ARGUMENT', `"${option}" must be a positive integer, not ${value}`);
}
