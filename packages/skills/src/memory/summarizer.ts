import type { Context, Message } from '@baton/runtime';
import type { Conversations } from './conversations.ts';
import type { Remembered } from './remembered.ts';

/**
 * Sums up messages that no longer fit, oldest first, together with the summary of what was said before them. Called
 * when the answer is made already: what it uses is no part of the run's usage.
 */
export type Summarize = (
  dropped: Message[],
  previous: string | undefined,
  context: Context,
) => string | Promise<string>;

/** A conversation as it was just written. */
interface Kept {
  readonly conversations: Conversations;
  readonly key: string;
  readonly record: Remembered;
}

/** How long an answer waits for its summary, milliseconds; a slower one is written when it comes. */
const PATIENCE_MS = 500;
/** When a summary is given up, milliseconds. */
const TIMEOUT_MS = 30_000;

/**
 * Puts what does not fit into the summary. A message leaves the record in the very write that brings the summary it is
 * in: one that fails, is late, or dies with its process loses nothing, and is tried again after the next message.
 */
export class Summarizer {
  readonly #summarize: Summarize;
  readonly #limit: number;
  /** Conversations whose summary is being made. */
  readonly #busy = new Set<string>();

  constructor(summarize: Summarize, limit: number) {
    this.#summarize = summarize;
    this.#limit = limit;
  }

  /** Resolves when the summary is written, has failed, or takes longer than an answer should wait. */
  async fold(context: Context, kept: Kept): Promise<void> {
    const { key, record } = kept;
    const dropped = record.messages.slice(0, -this.#limit);
    if (dropped.length === 0 || this.#busy.has(key)) return;
    this.#busy.add(key);
    const work = this.#foldIn(context, kept, dropped).finally(() => this.#busy.delete(key));
    await within(work, PATIENCE_MS).catch(() => {});
  }

  async #foldIn(context: Context, { conversations, key, record }: Kept, dropped: Message[]): Promise<void> {
    let summary: string;
    try {
      const made = (async () => await this.#summarize([...dropped], record.summary, context))();
      summary = await within(made, TIMEOUT_MS);
      if (typeof summary !== 'string')
        throw new TypeError(`a summary must be a string, not ${typeof summary}`);
    } catch (err) {
      context.log.warn({ err }, 'a summary failed; the one before it is kept, with the messages');
      return;
    }
    await conversations.update(key, (now) => {
      // Another replica may have been quicker; its summary holds these messages already.
      const isNext = now && now.summary === record.summary && beginsWith(now.messages, dropped);
      return isNext ? { ...now, summary, messages: now.messages.slice(dropped.length) } : undefined;
    });
  }
}

function beginsWith(messages: readonly Message[], first: readonly Message[]): boolean {
  return JSON.stringify(messages.slice(0, first.length)) === JSON.stringify(first);
}

async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${ms} ms`)), ms);
    timer.unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
