import { createHash } from 'node:crypto';
import { ErrorCode, type NatsConnection, NatsError, headers as natsHeaders, nuid } from 'nats';
import { abortError } from '../wire/abort.ts';
import { BatonError } from '../wire/error.ts';
import { encodeJson } from '../wire/json.ts';
import type { Owner } from '../wire/name.ts';
import { MAX_OBJECT_BYTES, type ObjectRef } from '../wire/object-ref.ts';
import { apiCode, rethrow } from './jetstream-errors.ts';
import { type Bucket, openBucket } from './object-bucket.ts';

/** Bytes of an object in one message, unless the broker takes less; what is on its way at a time is a few of them. */
const CHUNK_BYTES = 256 * 1024;
const WINDOW = 4;
/** Room that the broker's limit must leave for the headers of a chunk. */
const HEADER_BYTES = 512;
/** How often one chunk is written or read when the broker does not say a word, a second each. */
const TRIES = 3;
const NO_SUCH_MESSAGE = 10037;

/** The connection, and whether its broker is away: nothing is asked twice of one that is. */
export interface ObjectLink {
  readonly connection: NatsConnection;
  readonly isAway: () => boolean;
}

/**
 * What is too large for a message, kept by the broker for whoever holds its reference. Objects are removed by whoever made them
 * once they are read, and by the broker after 51 hours.
 */
export class ObjectStore {
  readonly #link: ObjectLink;
  readonly #bucket: Bucket;

  private constructor(link: ObjectLink, bucket: Bucket) {
    this.#link = link;
    this.#bucket = bucket;
  }

  /** @throws {BatonError} FAILED_PRECONDITION when the broker cannot keep objects, UNAVAILABLE when it does not answer. */
  static async open(link: ObjectLink, owner: Owner): Promise<ObjectStore> {
    return new ObjectStore(link, await openBucket(link.connection, owner).catch(rethrow));
  }

  /**
   * Writes an object; a handful of chunks are on their way at a time.
   * @throws {BatonError} UNAVAILABLE, RESOURCE_EXHAUSTED when the store is full, the reason of an aborted `signal`.
   */
  async put(data: Uint8Array, signal: AbortSignal): Promise<ObjectRef> {
    const { name: bucket } = this.#bucket;
    const key = nuid.next();
    const hash = createHash('sha256').update(data);
    const ref = { bucket, key, size: data.length, sha256: hash.copy().digest('hex') };
    const chunkBytes = Math.min(CHUNK_BYTES, (this.#link.connection.info?.max_payload ?? 0) - HEADER_BYTES);
    const count = Math.ceil(data.length / chunkBytes);
    try {
      for (let first = 0; first < count; first += WINDOW) {
        if (signal.aborted) throw abortError(signal);
        const window = Array.from({ length: Math.min(WINDOW, count - first) }, (_, index) => {
          const start = (first + index) * chunkBytes;
          return this.#write(this.#bucket.chunks(key), data.subarray(start, start + chunkBytes), {
            'Nats-Msg-Id': `${key}.${first + index}`,
          });
        });
        await Promise.all(window);
      }
      await this.#describe(ref, { chunks: count, chunkBytes, digest: hash.digest('base64url') });
    } catch (error) {
      this.drop(ref);
      rethrow(error);
    }
    return ref;
  }

  /**
   * Fetches an object, chunk by chunk from the stream's leader, and returns it only if it is what the reference says.
   * @throws {BatonError} INVALID_ARGUMENT for a reference to another bucket, one that is too large, and bytes of another size or
   * hash; FAILED_PRECONDITION when the object is gone; UNAVAILABLE.
   */
  async get(ref: ObjectRef, signal: AbortSignal): Promise<Uint8Array> {
    if (ref.bucket !== this.#bucket.name) {
      throw wrong(ref, `is in the bucket "${ref.bucket}"; only "${this.#bucket.name}" is read here`);
    }
    if (ref.size > MAX_OBJECT_BYTES)
      throw wrong(ref, `has ${ref.size} bytes; at most ${MAX_OBJECT_BYTES} are fetched`);
    const data = new Uint8Array(ref.size);
    const hash = createHash('sha256');
    for (let [filled, next] = [0, 1]; filled < ref.size; ) {
      if (signal.aborted) throw abortError(signal);
      const chunk = await this.#read(ref, next);
      if (!chunk) throw gone(ref);
      if (filled + chunk.data.length > ref.size) throw wrong(ref, `has more than its ${ref.size} bytes`);
      data.set(chunk.data, filled);
      hash.update(chunk.data);
      filled += chunk.data.length;
      next = chunk.sequence + 1;
    }
    if (hash.digest('hex') !== ref.sha256) throw wrong(ref, `does not have the SHA-256 ${ref.sha256}`);
    return data;
  }

  /** Removes an object, in its own time; what cannot be removed now is swept by the broker later. */
  drop({ key }: ObjectRef): void {
    const { manager, stream, chunks, meta } = this.#bucket;
    for (const filter of [meta(key), chunks(key)])
      void manager.streams.purge(stream, { filter }).catch(() => {});
  }

  /** The object's description, so that every client of NATS object stores can list and read it. */
  #describe(
    ref: ObjectRef,
    { chunks, chunkBytes, digest }: { chunks: number; chunkBytes: number; digest: string },
  ) {
    const { bucket, key, size } = ref;
    const options = { max_chunk_size: chunkBytes };
    const facts = {
      name: key,
      bucket,
      nuid: key,
      size,
      chunks,
      options,
      digest: `SHA-256=${padded(digest)}`,
    };
    const body = encodeJson({ ...facts, mtime: new Date().toISOString(), deleted: false });
    return this.#write(this.#bucket.meta(key), body, {
      'Nats-Msg-Id': key,
      'Nats-Rollup': 'sub',
    });
  }

  /** A message that is written twice because the broker was silent is stored once: it is named. */
  async #write(subject: string, data: Uint8Array, headers: Record<string, string>): Promise<void> {
    const packed = natsHeaders();
    for (const [name, value] of Object.entries(headers)) packed.set(name, value);
    await this.#patiently(() => this.#bucket.js.publish(subject, data, { headers: packed }));
  }

  /** Asks again when the broker said nothing: it may be choosing a leader. */
  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await work();
      } catch (error) {
        if (!isSilence(error) || tries === TRIES || this.#link.isAway()) throw error;
      }
    }
  }

  async #read({ key }: ObjectRef, from: number): Promise<{ data: Uint8Array; sequence: number } | undefined> {
    const { manager, stream, chunks } = this.#bucket;
    try {
      const query = { seq: from, next_by_subj: chunks(key) };
      const { data, seq: sequence } = await this.#patiently(() => manager.streams.getMessage(stream, query));
      return { data, sequence };
    } catch (error) {
      if (apiCode(error) === NO_SUCH_MESSAGE) return undefined;
      return rethrow(error);
    }
  }
}

function isSilence(error: unknown): boolean {
  const code = error instanceof NatsError ? error.code : '';
  return code === ErrorCode.Timeout || code === ErrorCode.NoResponders;
}

const padded = (base64url: string) => base64url.padEnd(Math.ceil(base64url.length / 4) * 4, '=');

function wrong({ key }: ObjectRef, problem: string): BatonError {
  return new BatonError('INVALID_ARGUMENT', `the object "${key}" ${problem}. Send the request again`);
}

function gone({ key }: ObjectRef): BatonError {
  return new BatonError(
    'FAILED_PRECONDITION',
    `the object "${key}" that the message refers to is gone: objects are kept until they are answered, at most 51 hours. Send the request again`,
  );
}
