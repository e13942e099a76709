import { createHash } from 'node:crypto';
import { BatonError, type Context, hook, Message, Skill, type Store } from '@baton/runtime';
import { z } from 'zod';

export interface MemoryOptions {
  /** Messages of a conversation that are kept, the newest ones. Default 20. */
  readonly limit?: number;
  /** How long a conversation is kept after its last message, milliseconds. Default one day. */
  readonly ttlMs?: number;
}

/** What the store holds of a conversation. */
const Remembered = z.object({ messages: z.array(Message), state: z.record(z.string(), z.unknown()) });
const DAY_MS = 86_400_000;

/**
 * Lets a conversation continue on any replica: what was said is kept in the mesh's store under the conversation and
 * its user, and put before the new message; so is `context.state`. One user never sees another's. A broker without JetStream is logged
 * once, and every message then stands alone.
 */
export class MemorySkill extends Skill {
  readonly #limit: number;
  readonly #ttlMs: number;
  #store: Promise<Store | undefined> | undefined;

  constructor({ limit = 20, ttlMs = DAY_MS }: MemoryOptions = {}) {
    super();
    this.#limit = limit;
    this.#ttlMs = ttlMs;
  }

  @hook('on_connection', { priority: 10 })
  async recall(context: Context): Promise<void> {
    const store = await this.#open();
    const { data: remembered } = Remembered.safeParse(await store?.get(keyOf(context)));
    if (!remembered) return;
    Object.assign(context.state, remembered.state);
    // A caller that sends the whole conversation keeps it itself.
    if (context.messages.length === 1) context.messages = [...remembered.messages, ...context.messages];
  }

  @hook('finalize_connection')
  async remember(context: Context): Promise<void> {
    const response = context.result?.success ? context.result.response : null;
    if (response === null || response === undefined) return;
    const store = await this.#open();
    const messages = [...context.messages, { role: 'assistant', content: response }].slice(-this.#limit);
    await store?.put(keyOf(context), { messages, state: context.state });
  }

  #open(): Promise<Store | undefined> {
    this.#store ??= this.port
      .store({ name: 'conversations', ttlMs: this.#ttlMs })
      .catch((thrown: unknown) => {
        this.host.log.warn({ reason: BatonError.from(thrown).message }, 'conversations are not remembered');
        return undefined;
      });
    return this.#store;
  }
}

/** Ids come from outside: hashed, they are a safe key and cannot be mistaken for another user's. */
function keyOf({ peerUserId, conversation, agentName }: Context): string {
  const parts = JSON.stringify([agentName, peerUserId ?? null, conversation]);
  return createHash('sha256').update(parts).digest('hex');
}
