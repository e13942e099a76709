import { setTimeout as sleep } from 'node:timers/promises';
import {
  DiscardPolicy,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
  type NatsConnection,
  nanos,
  RetentionPolicy,
  StorageType,
} from 'nats';
import { BatonError } from '../wire/error.ts';
import { decodeJson, encodeJson } from '../wire/json.ts';
import { apiCode, isConflict, rethrow } from './jetstream-errors.ts';
import { type Following, followStream } from './log-follow.ts';
import { ensureStream, requireJetStream } from './requirements.ts';

/** One entry of a log. */
interface LogEntry {
  /** Place in the log, from 1, without gaps. */
  readonly sequence: number;
  /** When the broker took it, by the broker's clock: milliseconds since the epoch, the same for every reader. */
  readonly time: number;
  /** As it was appended; undefined when it is no JSON. */
  readonly value: unknown;
}

interface AppendOptions {
  /** Names this attempt: a second one of the same name within ten minutes is not stored again. */
  readonly id: string;
  /** The last sequence the writer has read; 0 for an empty log. */
  readonly expectedLast: number;
}

/** An append-only log kept by the broker: one order for all, nothing is ever changed or removed. */
export interface Log {
  /**
   * Appends at the end; returns the entry's sequence, or undefined when others have written since `expectedLast`.
   * @throws {BatonError} UNAVAILABLE when the broker did not say in time; the entry may or may not be stored.
   */
  append(value: unknown, options: AppendOptions): Promise<number | undefined>;
  /**
   * Entries from a sequence to the end as it is now, asked of the leader, so that nothing acknowledged is missing.
   * @throws {BatonError} UNAVAILABLE, FAILED_PRECONDITION when the log has lost an entry.
   */
  read(from: number): AsyncIterable<LogEntry>;
  /** Calls back with entries from a sequence on, in order, as they come; for watching, not for deciding. */
  follow(from: number, onEntry: (entry: LogEntry) => void): Promise<{ close(): void }>;
}

export interface LogOptions {
  readonly owner: string;
  /** Lower-case letters, digits and `-`. Members of one owner that name the same log share it. */
  readonly name: string;
}

/** The connection, and how to hear that its broker was lost and found again. */
export interface LogLink {
  readonly connection: NatsConnection;
  readonly onReturn: Following['onReturn'];
}

interface Stream {
  readonly name: string;
  readonly subject: string;
  readonly js: JetStreamClient;
  readonly onReturn: Following['onReturn'];
  readonly manager: JetStreamManager;
}

const TIMEOUT_MS = 1000;
const DUPLICATE_WINDOW_MS = 600_000;
/** Entries asked for at a time. */
const WINDOW = 128;
/** An entry that is not found for so long is lost, milliseconds. */
const LOST_AFTER_MS = 5000;
const LOOK_AGAIN_MS = 250;
const NO_SUCH_MESSAGE = 10037;

/**
 * Opens a log, making it when it is new. How many replicas keep it is the operator's choice: an existing stream is
 * taken as it is, unless it forgets.
 * @throws {BatonError} FAILED_PRECONDITION when the broker has no JetStream, is too old to keep what it acknowledged,
 * or keeps a stream of that name which drops entries.
 */
export async function openLog(link: LogLink, { owner, name }: LogOptions): Promise<Log> {
  const { connection, onReturn } = link;
  if (!/^[a-z0-9-]{1,32}$/.test(name)) {
    throw new BatonError('INVALID_ARGUMENT', `a log's name is 1 to 32 of a-z, 0-9 and "-", not "${name}"`);
  }
  requireJetStream(connection, `the log "${name}"`);
  const stream: Stream = {
    name: `baton_${owner}_${name}`,
    subject: `baton.${owner}.log.${name}`,
    js: connection.jetstream({ timeout: TIMEOUT_MS }),
    onReturn,
    manager: await connection.jetstreamManager({ timeout: TIMEOUT_MS, checkAPI: false }),
  };
  await ensureLog(stream).catch(rethrow);
  return {
    append: (value, options) => append(stream, value, options),
    read: (from) => read(stream, from),
    follow: (from, onEntry) => follow(stream, from, onEntry),
  };
}

async function ensureLog({ name, subject, manager }: Stream): Promise<void> {
  const wanted = {
    name,
    subjects: [subject],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    deny_delete: true,
    deny_purge: true,
    allow_direct: false,
  };
  await ensureStream(manager, wanted, (config) => {
    const forgets =
      config.retention !== RetentionPolicy.Limits ||
      config.max_age > 0 ||
      (config.discard !== DiscardPolicy.New && Math.max(config.max_msgs, config.max_bytes) > 0);
    if (forgets) return `it is not a log, it drops entries of "${subject}"`;
    const isOwn = config.subjects.length === 1 && config.subjects[0] === subject;
    return isOwn ? undefined : `it is not a log, it must keep "${subject}" and nothing else`;
  });
}

async function append(stream: Stream, value: unknown, options: AppendOptions): Promise<number | undefined> {
  const { id, expectedLast } = options;
  try {
    const ack = await stream.js.publish(stream.subject, encodeJson(value), {
      msgID: id,
      expect: { streamName: stream.name, lastSequence: expectedLast },
    });
    return ack.seq;
  } catch (error) {
    if (isConflict(error)) return undefined;
    return rethrow(error);
  }
}

async function* read(stream: Stream, from: number): AsyncGenerator<LogEntry> {
  const last = await fetchEntry(stream, { last_by_subj: stream.subject });
  if (!last && from > 1) await fetchAgain(stream, from - 1);
  if (!last || last.sequence < from) return;
  for (let start = from; start < last.sequence; start += WINDOW) {
    const size = Math.min(WINDOW, last.sequence - start);
    const asked = Array.from({ length: size }, (_, index) => fetchEntry(stream, { seq: start + index }));
    for (const [index, entry] of (await Promise.all(asked)).entries()) {
      yield entry ?? (await fetchAgain(stream, start + index));
    }
  }
  yield last;
}

/**
 * Asks again for an entry that must be there: after a partition a replica that lags, or a leader that is none any more, says
 * "not found" of what others have.
 */
async function fetchAgain(stream: Stream, sequence: number): Promise<LogEntry> {
  const giveUpAt = performance.now() + LOST_AFTER_MS;
  while (performance.now() < giveUpAt) {
    await sleep(LOOK_AGAIN_MS);
    const entry = await fetchEntry(stream, { seq: sequence });
    if (entry) return entry;
  }
  throw lost(stream, sequence);
}

async function fetchEntry(
  { name, manager }: Stream,
  query: { seq: number } | { last_by_subj: string },
): Promise<LogEntry | undefined> {
  try {
    const { seq, time, data } = await manager.streams.getMessage(name, query);
    return { sequence: seq, time: time.getTime(), value: decodeJson(data) };
  } catch (error) {
    if (apiCode(error) === NO_SUCH_MESSAGE) return undefined;
    return rethrow(error);
  }
}

async function follow(stream: Stream, from: number, onEntry: (entry: LogEntry) => void) {
  const { js, name, onReturn } = stream;
  const onMessage = ({ seq, info, data }: JsMsg) =>
    onEntry({ sequence: seq, time: Math.floor(info.timestampNanos / 1e6), value: decodeJson(data) });
  return await followStream({ js, stream: name, from, onMessage, onReturn }).catch(rethrow);
}

function lost({ name }: Stream, sequence: number): BatonError {
  return new BatonError('FAILED_PRECONDITION', `the log "${name}" has lost its entry ${sequence}`);
}
