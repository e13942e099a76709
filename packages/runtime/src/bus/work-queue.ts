import { AckPolicy, DiscardPolicy, nanos, RetentionPolicy, StorageType } from 'nats';
import { type BrokerLink, isNoMessage, isTaken, Stream } from './jetstream.ts';
import { apiCode } from './jetstream-errors.ts';
import { WorkConsumer } from './work-consumer.ts';

export interface WorkQueueOptions {
  readonly name: string;
  /** What it keeps, with wildcards. */
  readonly subject: string;
  /** How long what nobody does is kept, milliseconds. */
  readonly keepMs: number;
  /** How much work may wait, bytes; past that more is refused, never dropped. */
  readonly maxBytes: number;
}

/** Work that waits, or is being done. */
export interface QueuedWork {
  readonly sequence: number;
  readonly subject: string;
  readonly data: Uint8Array;
}

/** How much work there is for one consumer. */
export interface Backlog {
  /** Pieces of work that nobody has taken yet. */
  readonly waiting: number;
  /** Those that somebody has taken and not finished, or has given back to be tried again after a pause. */
  readonly inHand: number;
}

export interface ConsumerOptions {
  /** Members that name the same consumer share its work. */
  readonly name: string;
  /** What of the queue it is for, with wildcards. */
  readonly filter: string;
  /** How long work may be held without a sign of life before another is given it, milliseconds. */
  readonly ackWaitMs: number;
  /** How much work could be begun this moment. */
  readonly room: () => number;
}

const DUPLICATE_WINDOW_MS = 600_000;
/** Work given back to be tried later counts too: room for far more of it than is ever tried at a time. */
const MAX_PENDING = 20_000;
const NO_SUCH_CONSUMER = 10014;
const KNOWN_MS = 60_000;

/** Work kept by the broker until someone has done it. One subject holds one piece of work. */
export class WorkQueue {
  readonly #stream: Stream;
  /** Consumers that were there, by name, and until when that is believed. */
  readonly #known = new Map<string, number>();

  constructor(link: BrokerLink, { name, subject, keepMs, maxBytes }: WorkQueueOptions) {
    this.#stream = new Stream(link, {
      name,
      subjects: [subject],
      storage: StorageType.File,
      retention: RetentionPolicy.Workqueue,
      discard: DiscardPolicy.New,
      discard_new_per_subject: true,
      max_msgs_per_subject: 1,
      max_age: nanos(keepMs),
      max_bytes: maxBytes,
      duplicate_window: nanos(DUPLICATE_WINDOW_MS),
      allow_direct: false,
    });
  }

  /** Whether the broker has it already; it is made with the first work. */
  exists(): Promise<boolean> {
    return this.#stream.exists();
  }

  /**
   * Adds work; false when there is work under that subject already, or `once` was added in the last ten minutes.
   * @throws {BatonError} UNAVAILABLE when the broker did not say in time: adding it again is safe; RESOURCE_EXHAUSTED
   * when the queue is full, INVALID_ARGUMENT when the work is too large.
   */
  async add(subject: string, data: Uint8Array, once?: string): Promise<boolean> {
    const named = once === undefined ? undefined : { 'Nats-Msg-Id': once };
    try {
      const { duplicate = false } = await this.#stream.publish(subject, data, named);
      return !duplicate;
    } catch (error) {
      if (isTaken((error as Error).cause)) return false;
      throw error;
    }
  }

  /** Work under a subject, wildcards allowed; undefined when it is done or never was. @throws {BatonError} UNAVAILABLE. */
  async find(subject: string): Promise<QueuedWork | undefined> {
    return await this.#stream.find({ last_by_subj: subject });
  }

  /** The subjects under which there is work; those that match one with wildcards, if it is given. @throws {BatonError} UNAVAILABLE. */
  async subjects(filter = '>'): Promise<string[]> {
    const { name } = this.#stream;
    const { state } = await this.#stream.ask((manager) =>
      manager.streams.info(name, { subjects_filter: filter }),
    );
    return Object.keys(state.subjects ?? {});
  }

  /** Takes work out undone; what is gone already is no error. @throws {BatonError} UNAVAILABLE. */
  async remove({ sequence }: QueuedWork): Promise<void> {
    const { name } = this.#stream;
    await this.#stream
      .ask((manager) => manager.streams.deleteMessage(name, sequence, false))
      .catch((error: unknown) => {
        if (!isNoMessage((error as Error).cause)) throw error;
      });
  }

  /** Whether anyone has ever taken work by that name; believed for a minute. @throws {BatonError} UNAVAILABLE. */
  async hasConsumer(consumer: string): Promise<boolean> {
    if (Date.now() < (this.#known.get(consumer) ?? 0)) return true;
    const { name } = this.#stream;
    try {
      await this.#stream.ask((manager) => manager.consumers.info(name, consumer));
      this.#known.set(consumer, Date.now() + KNOWN_MS);
      return true;
    } catch (error) {
      if (apiCode((error as Error).cause) === NO_SUCH_CONSUMER) return false;
      throw error;
    }
  }

  /** How much work there is for a consumer, also before anyone has taken any. Nothing is made. @throws {BatonError} UNAVAILABLE. */
  async backlog({ name: consumer, filter }: Pick<ConsumerOptions, 'name' | 'filter'>): Promise<Backlog> {
    const { name } = this.#stream;
    const backlog = await this.#stream.look(async (manager) => {
      try {
        const { num_pending, num_ack_pending } = await manager.consumers.info(name, consumer);
        return { waiting: num_pending, inHand: num_ack_pending };
      } catch (error) {
        if (apiCode(error) !== NO_SUCH_CONSUMER) throw error;
        const { state } = await manager.streams.info(name, { subjects_filter: filter });
        return { waiting: Object.keys(state.subjects ?? {}).length, inHand: 0 };
      }
    });
    return backlog ?? { waiting: 0, inHand: 0 };
  }

  /** Begins to take work; the name is known to the broker from now on. @throws {BatonError} UNAVAILABLE. */
  async consume(options: ConsumerOptions): Promise<WorkConsumer> {
    const { name: stream } = this.#stream;
    const ensure = () => this.#ensureConsumer(options);
    await ensure();
    return new WorkConsumer(this.#stream.link, { stream, ensure, ...options });
  }

  async #ensureConsumer({ name, filter, ackWaitMs }: Omit<ConsumerOptions, 'room'>): Promise<void> {
    const stream = this.#stream.name;
    const config = {
      durable_name: name,
      filter_subject: filter,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ackWaitMs),
      // Whoever takes the work decides when to give it up: nothing gets stuck between the broker and them.
      max_deliver: -1,
      max_ack_pending: MAX_PENDING,
    };
    const found = await this.#stream.ask((manager) =>
      manager.consumers.info(stream, name).catch(async (error: unknown) => {
        if (apiCode(error) !== NO_SUCH_CONSUMER) throw error;
        // Another replica may make it at the same moment.
        return await manager.consumers.add(stream, config).catch(() => manager.consumers.info(stream, name));
      }),
    );
    if (found.config.ack_wait === config.ack_wait) return;
    await this.#stream.ask((manager) =>
      manager.consumers.update(stream, name, { ack_wait: config.ack_wait }),
    );
  }
}
