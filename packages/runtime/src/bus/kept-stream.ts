import { DiscardPolicy, nanos, RetentionPolicy, StorageType, type StreamConfig } from 'nats';
import { decodeJson, encodeJson } from '../wire/json.ts';
import { type BrokerLink, isNoMessage, isTaken, type Stored, type StoredQuery, Stream } from './jetstream.ts';
import { isConflict } from './jetstream-errors.ts';

export interface KeptStreamOptions {
  readonly name: string;
  /** What it keeps, with wildcards. */
  readonly subject: string;
  /** How long, milliseconds. */
  readonly keepMs: number;
  /**
   * `first`: the first value of a subject stands and every later one is refused. A number: that many are kept, the
   * oldest give way.
   */
  readonly perSubject: 'first' | number;
  /** Where the broker tells what it has taken, as soon as it keeps it; `$1` is what the first wildcard stands for. */
  readonly tells?: string;
  /** How much of it, bytes; past that the oldest give way. Default: as much as the broker has room for. */
  readonly maxBytes?: number;
}

/** One value as it is kept. */
export interface KeptEntry extends Omit<Stored, 'data'> {
  /** Undefined when it is no JSON. */
  readonly value: unknown;
}

/** Has the broker keep a message only where there is none of its subject. */
const NOTHING_YET = { 'Nats-Expected-Last-Subject-Sequence': '0' };

/** JSON by subject, kept by the broker. What is read comes from the leader, so that nothing acknowledged is missing. */
export class KeptStream {
  readonly #stream: Stream;

  constructor(link: BrokerLink, options: KeptStreamOptions) {
    this.#stream = new Stream(link, toConfig(options));
  }

  /**
   * Adds a value; false when the subject's first one stands.
   * @throws {BatonError} UNAVAILABLE when the broker did not say in time: it may be kept or not; RESOURCE_EXHAUSTED,
   * INVALID_ARGUMENT when it is too large.
   */
  async add(subject: string, value: unknown): Promise<boolean> {
    return await this.#publish(subject, encodeJson(value));
  }

  /** As `add`, of a value that is JSON already. @throws {BatonError} as `add`. */
  async addEncoded(subject: string, data: Uint8Array): Promise<boolean> {
    return await this.#publish(subject, data);
  }

  /**
   * Adds a value where there is none; false when there is one. On three replicas some versions of the broker let two
   * writers through at the same moment.
   * @throws {BatonError} as `add`.
   */
  async addFirst(subject: string, value: unknown): Promise<boolean> {
    return await this.#publish(subject, encodeJson(value), NOTHING_YET);
  }

  /** Has the broker make the stream if it is new: what is published without being asked about is kept from then on. */
  async open(): Promise<void> {
    await this.#stream.ask(async () => {});
  }

  /** The last value under a subject, wildcards allowed; undefined when there is none. @throws {BatonError} UNAVAILABLE. */
  last(subject: string): Promise<KeptEntry | undefined> {
    return this.#get({ last_by_subj: subject });
  }

  /** The first value under a subject, wildcards allowed, from a place on. @throws {BatonError} UNAVAILABLE. */
  next(subject: string, from: number): Promise<KeptEntry | undefined> {
    return this.#get({ next_by_subj: subject, seq: from });
  }

  /** All values under a subject, wildcards allowed, oldest first. @throws {BatonError} UNAVAILABLE. */
  async *entries(subject: string, from = 1): AsyncGenerator<KeptEntry> {
    for (let at = from; ; ) {
      const entry = await this.next(subject, at);
      if (!entry) return;
      yield entry;
      at = entry.sequence + 1;
    }
  }

  /** Takes one value out; what is gone already is no error. @throws {BatonError} UNAVAILABLE. */
  async remove(sequence: number): Promise<void> {
    const { name } = this.#stream;
    await this.#stream
      .ask((manager) => manager.streams.deleteMessage(name, sequence, false))
      .catch((error: unknown) => {
        if (!isNoMessage((error as Error).cause)) throw error;
      });
  }

  async #publish(subject: string, data: Uint8Array, expected?: typeof NOTHING_YET): Promise<boolean> {
    try {
      await this.#stream.publish(subject, data, expected);
      return true;
    } catch (error) {
      const { cause } = error as Error;
      if (isTaken(cause) || isConflict(cause)) return false;
      throw error;
    }
  }

  async #get(query: StoredQuery): Promise<KeptEntry | undefined> {
    const found = await this.#stream.find(query);
    if (!found) return undefined;
    const { data, ...entry } = found;
    return { ...entry, value: decodeJson(data) };
  }
}

function toConfig({ name, subject, keepMs, perSubject, maxBytes, tells }: KeptStreamOptions) {
  const isFirst = perSubject === 'first';
  return {
    name,
    subjects: [subject],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: isFirst ? DiscardPolicy.New : DiscardPolicy.Old,
    ...(isFirst && { discard_new_per_subject: true }),
    max_msgs_per_subject: isFirst ? 1 : perSubject,
    max_age: nanos(keepMs),
    ...(maxBytes !== undefined && { max_bytes: maxBytes }),
    ...(tells !== undefined && { republish: { src: subject, dest: tells } }),
    allow_direct: false,
  } satisfies Partial<StreamConfig>;
}
