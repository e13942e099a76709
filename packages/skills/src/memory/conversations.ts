import { BatonError, type SkillHost, type Store } from '@baton/runtime';
import pLimit, { type LimitFunction } from 'p-limit';
import { Remembered } from './remembered.ts';

/** The remembered conversations of one agent, by key. What goes wrong with the store is logged, never thrown. */
export class Conversations {
  readonly #open: () => Promise<Store>;
  readonly #log: SkillHost['log'];
  #store: Promise<Store | undefined> | undefined;
  readonly #turns = new Map<string, LimitFunction>();

  constructor(open: () => Promise<Store>, log: SkillHost['log']) {
    this.#open = open;
    this.#log = log;
  }

  /** What is remembered; undefined when there is nothing, or it cannot be read. */
  async read(key: string): Promise<Remembered | undefined> {
    try {
      const store = await this.#opened();
      return Remembered.safeParse(await store?.get(key)).data;
    } catch (thrown) {
      this.#log.warn({ reason: BatonError.from(thrown).message }, 'a conversation could not be recalled');
      return undefined;
    }
  }

  /**
   * Reads what is remembered now, and writes what `change` makes of it; nothing when that is undefined. One at a time
   * for each conversation, in this process. A record that the broker finds too large loses its oldest messages.
   * Resolves with what was written.
   */
  update(
    key: string,
    change: (now: Remembered | undefined) => Remembered | undefined,
  ): Promise<Remembered | undefined> {
    return this.#inTurn(key, async () => {
      try {
        const store = await this.#opened();
        if (!store) return undefined;
        const next = change(Remembered.safeParse(await store.get(key)).data);
        return next && (await this.#write(store, key, next));
      } catch (thrown) {
        const reason = BatonError.from(thrown).message;
        this.#log.error({ reason }, 'a conversation could not be kept; what was kept of it before still is');
        return undefined;
      }
    });
  }

  async #write(store: Store, key: string, record: Remembered): Promise<Remembered> {
    let dropped = 0;
    while (true) {
      const fitting = { ...record, messages: record.messages.slice(dropped) };
      const isTooLarge = await put(store, key, fitting);
      if (!isTooLarge) {
        if (dropped > 0) {
          const kept = fitting.messages.length;
          this.#log.warn(
            { dropped, kept },
            'a conversation is too large to keep whole; its oldest messages are gone',
          );
        }
        return fitting;
      }
      if (fitting.messages.length === 0) throw isTooLarge;
      dropped++;
    }
  }

  async #inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turns = this.#turns.get(key) ?? pLimit(1);
    this.#turns.set(key, turns);
    const result = await turns(work);
    if (turns.activeCount + turns.pendingCount === 0) this.#turns.delete(key);
    return result;
  }

  /** A broker that keeps nothing is said so once; one that did not answer is asked again next time. */
  #opened(): Promise<Store | undefined> {
    this.#store ??= this.#open().catch((thrown: unknown) => {
      const { code, message } = BatonError.from(thrown);
      if (code !== 'FAILED_PRECONDITION') {
        this.#store = undefined;
        throw thrown;
      }
      this.#log.warn({ reason: message }, 'conversations are not remembered');
      return undefined;
    });
    return this.#store;
  }
}

/** Resolves with the error when the record is larger than the broker takes. */
async function put(store: Store, key: string, record: Remembered): Promise<BatonError | undefined> {
  try {
    await store.put(key, record);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof BatonError && thrown.code === 'INVALID_ARGUMENT') return thrown;
    throw thrown;
  }
}
