import type { KV, NatsConnection, StreamAPI } from 'nats';
import { BatonError } from '../wire/error.ts';
import { decodeJson, encodeJson } from '../wire/json.ts';
import { apiCode, isConflict, rethrow } from './jetstream-errors.ts';
import { requireJetStream } from './requirements.ts';

/**
 * JSON by key, kept by the broker. A key is tokens of letters, digits, `-`, `_`, `/` and `=`, joined by dots. What is
 * read is asked of the leader: whatever was acknowledged is seen by everyone.
 * Every operation fails with UNAVAILABLE when the broker does not say in time; what was written may or may not be kept.
 */
export interface Store {
  /** How long a value is kept, milliseconds; 0 is for ever. What whoever made the store asked for. */
  readonly ttlMs: number;
  get(key: string): Promise<unknown>;
  /** @throws {BatonError} INVALID_ARGUMENT when the value is larger than the broker takes. */
  put(key: string, value: unknown): Promise<void>;
  /** Puts a value where there is none; false when somebody was first. Of any number of writers one wins. */
  create(key: string, value: unknown): Promise<boolean>;
  /** The keys below a prefix of whole tokens, as of now, in no order; without one all of them. */
  keys(prefix?: string): Promise<string[]>;
}

export interface StoreOptions {
  /** Letters, digits, `-` and `_`. Members that name the same store share it. */
  readonly name: string;
  /** How long a value is kept after it was last put, milliseconds. Left out, only a store that exists is opened. */
  readonly ttlMs?: number;
}

/** Operations on a leaderless bucket would else wait out the client's 5 s. */
const TIMEOUT_MS = 1000;
const NO_SUCH_MESSAGE = 10037;
const NO_SUCH_STREAM = 10059;
const NAME_IN_USE = 10058;

/**
 * Opens a store, making it when it is new.
 * @throws {BatonError} FAILED_PRECONDITION when the broker has no JetStream or is too old to keep what it acknowledged,
 * NOT_FOUND for one that does not exist and was not to be made.
 */
export async function openStore(connection: NatsConnection, options: StoreOptions): Promise<Store> {
  requireJetStream(connection, `the store "${options.name}"`);
  return await bind(connection, options).catch(rethrow);
}

async function bind(connection: NatsConnection, { name, ttlMs }: StoreOptions): Promise<Store> {
  const bucketName = `baton_${name}`;
  const stream = `KV_${bucketName}`;
  const { streams } = await connection.jetstreamManager({ timeout: TIMEOUT_MS, checkAPI: false });
  const { views } = connection.jetstream({ timeout: TIMEOUT_MS });
  const making = ttlMs === undefined ? { bindOnly: true } : { ttl: ttlMs, history: 1 };
  const open = (): Promise<KV> => views.kv(bucketName, { ...making, timeout: TIMEOUT_MS });
  // The client looks for it and then makes it: somebody else may have made it in between, with another time to keep.
  const bucket = await open().catch((error: unknown) => {
    if (apiCode(error) !== NAME_IN_USE) throw error;
    return open();
  });
  const { config } = await streams.info(stream).catch((error: unknown) => {
    if (apiCode(error) !== NO_SUCH_STREAM) throw error;
    throw new BatonError('NOT_FOUND', `nobody has made the store "${name}" yet`);
  });
  const subject = (key: string) => `$KV.${bucketName}.${key}`;
  return {
    ttlMs: config.max_age / 1e6,
    get: (key) => read(streams, { stream, subject: subject(key) }).catch(rethrow),
    put: async (key, value) => void (await bucket.put(key, encodeJson(value)).catch(rethrow)),
    create: (key, value) => create(bucket, key, value),
    keys: async (prefix) => {
      const filter = subject(prefix === undefined ? '>' : `${prefix}.>`);
      const { state } = await streams.info(stream, { subjects_filter: filter }).catch(rethrow);
      return Object.keys(state.subjects ?? {}).map((each) => each.slice(subject('').length));
    },
  };
}

/** The client's own `get` is answered by any replica: of three, it missed what was just written in 9 of 100 reads. */
async function read(
  streams: StreamAPI,
  { stream, subject }: { readonly stream: string; readonly subject: string },
): Promise<unknown> {
  try {
    const { header, data } = await streams.getMessage(stream, { last_by_subj: subject });
    return header.get('KV-Operation') === '' ? decodeJson(data) : undefined;
  } catch (error) {
    if (apiCode(error) === NO_SUCH_MESSAGE) return undefined;
    throw error;
  }
}

async function create(bucket: KV, key: string, value: unknown): Promise<boolean> {
  try {
    await bucket.create(key, encodeJson(value));
    return true;
  } catch (error) {
    if (isConflict(error)) return false;
    return rethrow(error);
  }
}
