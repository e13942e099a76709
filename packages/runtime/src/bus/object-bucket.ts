import {
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type NatsConnection,
  nanos,
  StorageType,
} from 'nats';
import type { Owner } from '../wire/name.ts';
import { ensureStream, requireJetStream } from './requirements.ts';

/** How long an object is kept when nobody removes it, milliseconds: longer than any work, and any durable result, it belongs to. */
const TTL_MS = 51 * 3_600_000;
const TIMEOUT_MS = 1000;

/** A bucket of a NATS object store, laid out as every client of NATS lays one out. */
export interface Bucket {
  readonly name: string;
  readonly stream: string;
  readonly js: JetStreamClient;
  readonly manager: JetStreamManager;
  /** Where an object's bytes are. */
  chunks(key: string): string;
  /** Where its description is. */
  meta(key: string): string;
}

/** The bucket that holds what is too large for the messages of an owner's agents. */
const contextBucket = (owner: Owner) => `baton_${owner}_context`;

/**
 * Opens an owner's bucket, making it when it is new. An operator who makes it before chooses its replicas and limits.
 * @throws {BatonError} FAILED_PRECONDITION when the broker has no JetStream or is too old to keep what it acknowledged.
 */
export async function openBucket(connection: NatsConnection, owner: Owner): Promise<Bucket> {
  requireJetStream(connection, 'what is larger than one message');
  const name = contextBucket(owner);
  const manager = await connection.jetstreamManager({ timeout: TIMEOUT_MS, checkAPI: false });
  const bucket: Bucket = {
    name,
    stream: `OBJ_${name}`,
    js: connection.jetstream({ timeout: TIMEOUT_MS }),
    manager,
    chunks: (key) => `$O.${name}.C.${key}`,
    // Padded, as other clients look for it.
    meta: (key) =>
      `$O.${name}.M.${Buffer.from(key).toString('base64').replace(/\+/g, '-').replace(/\//g, '_')}`,
  };
  const wanted = {
    name: bucket.stream,
    subjects: [`$O.${name}.C.>`, `$O.${name}.M.>`],
    storage: StorageType.File,
    discard: DiscardPolicy.New,
    max_age: nanos(TTL_MS),
    allow_rollup_hdrs: true,
    allow_direct: true,
  };
  await ensureStream(manager, wanted, ({ subjects, max_age }) => {
    if (wanted.subjects.some((each) => !subjects.includes(each))) return 'it is no object store of that name';
    return max_age > 0 ? undefined : 'it keeps every object for ever; give it a "max_age"';
  });
  return bucket;
}
