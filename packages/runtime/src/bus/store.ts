import type { KV, NatsConnection } from 'nats';
import { BatonError } from '../wire/error.ts';
import { encodeJson } from '../wire/json.ts';
import { isAtLeast } from './broker/version.ts';

/** JSON by key, kept by the broker. */
export interface Store {
  get(key: string): Promise<unknown>;
  /** @throws {BatonError} INVALID_ARGUMENT when the value is larger than the broker takes. */
  put(key: string, value: unknown): Promise<void>;
}

export interface StoreOptions {
  /** Letters, digits, `-` and `_`. Members that name the same store share it. */
  readonly name: string;
  /** How long a value is kept after it was last put, milliseconds. */
  readonly ttlMs: number;
}

/** Operations on a leaderless bucket would else wait out the client's 5 s. */
const TIMEOUT_MS = 1000;

/**
 * Opens a store, making it when it is new.
 * @throws {BatonError} FAILED_PRECONDITION when the broker has no JetStream or is too old to keep what it acknowledged.
 */
export async function openStore(connection: NatsConnection, { name, ttlMs }: StoreOptions): Promise<Store> {
  const version = connection.info?.version ?? '0';
  if (connection.info?.jetstream !== true || !isAtLeast(version)) {
    throw new BatonError(
      'FAILED_PRECONDITION',
      `the store "${name}" needs a broker with JetStream, nats-server 2.10.23 or newer; this one is ${version}`,
    );
  }
  const bucket: KV = await connection
    .jetstream({ timeout: TIMEOUT_MS })
    .views.kv(`baton_${name}`, { ttl: ttlMs, history: 1, timeout: TIMEOUT_MS });
  return {
    get: async (key) => {
      const entry = await bucket.get(key);
      return entry?.operation === 'PUT' ? entry.json() : undefined;
    },
    put: async (key, value) => {
      const data = encodeJson(value);
      const limit = connection.info?.max_payload ?? data.length;
      if (data.length > limit) {
        const problem = `a value for the store "${name}" has ${data.length} bytes; the broker takes at most ${limit}`;
        throw new BatonError('INVALID_ARGUMENT', problem);
      }
      await bucket.put(key, data);
    },
  };
}
