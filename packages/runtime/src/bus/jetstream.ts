import {
  type ApiError,
  ErrorCode,
  headers,
  type JetStreamManager,
  type MsgHdrs,
  type NatsConnection,
  NatsError,
} from 'nats';
import { BatonError } from '../wire/error.ts';
import { decodeJson, encodeJson } from '../wire/json.ts';
import type { Inbox } from './inbox.ts';
import { apiCode, rethrow } from './jetstream-errors.ts';
import { NO_RESPONDERS } from './reply-stream.ts';
import { requestBroker } from './request-broker.ts';
import { ensureStream, type Judge, requireJetStream, type WantedStream } from './requirements.ts';

/** A connection, and whether its broker is away: what is sent then would pile up in this process. */
export interface BrokerLink {
  readonly connection: NatsConnection;
  readonly inbox: Inbox;
  readonly isAway: () => boolean;
}

/** Which message: the last one under a subject, or the first one from a place on; wildcards allowed. */
export type StoredQuery =
  | { readonly last_by_subj: string }
  | { readonly next_by_subj: string; readonly seq: number };

/** A message as it is kept. */
export interface Stored {
  /** Place in the stream; rises, with gaps. */
  readonly sequence: number;
  /** When the broker took it, by the broker's clock, milliseconds since the epoch. */
  readonly time: number;
  readonly subject: string;
  readonly data: Uint8Array;
}

/** As the broker tells it. */
interface RawMessage {
  readonly seq: number;
  readonly time: string;
  readonly subject: string;
  /** Base64; absent when it is empty. */
  readonly data?: string;
}

/** What the broker says of a message it keeps. */
export interface Kept {
  /** One of the same name was kept before. */
  readonly duplicate?: boolean;
}

/** Longest wait for the broker's word on one message, milliseconds; whoever needs it asks again. */
const TIMEOUT_MS = 1000;

const NO_SUCH_MESSAGE = 10037;
const NO_SUCH_STREAM = 10059;
/** There was nothing to delete. */
const NOT_DELETED = 10057;

/** One stream of the broker, made when it is first used, and made anew should the broker have lost it. */
export class Stream {
  readonly name: string;
  readonly #link: BrokerLink;
  readonly #config: WantedStream;
  #manager: Promise<JetStreamManager> | undefined;
  #made: Promise<void> | undefined;
  /** The management, once the stream is there. */
  #ready: JetStreamManager | undefined;

  /** @throws {BatonError} FAILED_PRECONDITION when the broker has no JetStream or is too old to keep what it acknowledged. */
  constructor(link: BrokerLink, config: WantedStream) {
    requireJetStream(link.connection, `"${config.name}"`);
    this.#link = link;
    this.#config = config;
    this.name = config.name;
  }

  get link(): BrokerLink {
    return this.#link;
  }

  /** The stream's management, once the stream is there. */
  async manager(): Promise<JetStreamManager> {
    const manager = await this.#connectManager();
    this.#made ??= ensureStream(manager, this.#config, judge(this.#config)).catch((error: unknown) => {
      this.#made = undefined;
      throw error;
    });
    await this.#made;
    this.#ready = manager;
    return manager;
  }

  /** Whether the broker has the stream already; it is not made. @throws {BatonError} UNAVAILABLE. */
  async exists(): Promise<boolean> {
    return (await this.look((manager) => manager.streams.info(this.name))) !== undefined;
  }

  /** Asks the broker about the stream as it is; undefined when there is none: it is not made. @throws {BatonError} UNAVAILABLE. */
  async look<T>(question: (manager: JetStreamManager) => Promise<T>): Promise<T | undefined> {
    this.#mustBeThere();
    try {
      return await question(await this.#connectManager());
    } catch (error) {
      if (apiCode(error) === NO_SUCH_STREAM) return undefined;
      return rethrow(error);
    }
  }

  /** Asks the broker; once more when the stream is gone. @throws {BatonError} UNAVAILABLE, RESOURCE_EXHAUSTED, INVALID_ARGUMENT. */
  async ask<T>(question: (manager: JetStreamManager) => Promise<T>): Promise<T> {
    this.#mustBeThere();
    try {
      return await question(this.#ready ?? (await this.manager()));
    } catch (error) {
      if (!isGone(error)) return rethrow(error);
    }
    this.#made = undefined;
    this.#ready = undefined;
    return await this.manager().then(question).catch(rethrow);
  }

  /**
   * Publishes a message and waits for the broker's word that it is kept. Of headers the broker reads its own.
   * @throws {BatonError} as `ask`; UNAVAILABLE when it did not say in time: the message may be kept or not.
   */
  async publish(subject: string, data: Uint8Array, named?: Readonly<Record<string, string>>): Promise<Kept> {
    const request = { subject, data, headers: named && toHeaders(named), timeoutMs: TIMEOUT_MS };
    return await this.ask(async () => read<Kept>(await requestBroker(this.#link, request)));
  }

  /** A message as the leader keeps it; undefined when there is none. @throws {BatonError} as `ask`. */
  async find(query: StoredQuery): Promise<Stored | undefined> {
    const subject = `$JS.API.STREAM.MSG.GET.${this.name}`;
    const request = { subject, data: encodeJson(query), timeoutMs: TIMEOUT_MS };
    return await this.ask(async () => {
      const answer = await requestBroker(this.#link, request);
      try {
        return toStored(read<{ message: RawMessage }>(answer).message);
      } catch (error) {
        if (isNoMessage(error)) return undefined;
        throw error;
      }
    });
  }

  #mustBeThere(): void {
    if (this.#link.isAway()) throw new BatonError('UNAVAILABLE', 'the broker is away');
  }

  #connectManager(): Promise<JetStreamManager> {
    this.#manager ??= this.#link.connection.jetstreamManager({ timeout: TIMEOUT_MS, checkAPI: false });
    return this.#manager;
  }
}

function toHeaders(named: Readonly<Record<string, string>>): MsgHdrs {
  const all = headers();
  for (const [name, value] of Object.entries(named)) all.set(name, value);
  return all;
}

function toStored({ seq, time, subject, data = '' }: RawMessage): Stored {
  return { sequence: seq, time: Date.parse(time), subject, data: Buffer.from(data, 'base64') };
}

/** What the broker answered; its refusal is thrown as the client's own. */
function read<T>({ headers: status, data }: Awaited<ReturnType<typeof requestBroker>>): T {
  if (status?.code === NO_RESPONDERS) throw NatsError.errorForCode(ErrorCode.NoResponders);
  const { error, ...answer } = (decodeJson(data) ?? {}) as T & { readonly error?: ApiError };
  if (!error) return answer as T;
  const refusal = new NatsError(error.description, String(error.code));
  refusal.api_error = error;
  throw refusal;
}

/** The broker has no such stream, or nobody takes what is published on its subject. */
function isGone(error: unknown): boolean {
  if (!(error instanceof NatsError)) return false;
  return apiCode(error) === NO_SUCH_STREAM || (error.code === ErrorCode.NoResponders && !error.api_error);
}

/** How many replicas keep a stream, how much and for how long, is the operator's choice; what it promises is not. */
function judge(wanted: WantedStream): Judge {
  const promised = [
    'subjects',
    'retention',
    'discard',
    'discard_new_per_subject',
    'max_msgs_per_subject',
  ] as const;
  return (config) => {
    for (const setting of promised) {
      const [asked, is] = [wanted[setting], config[setting]];
      if (asked === undefined || JSON.stringify(asked) === JSON.stringify(is)) continue;
      return `its "${setting}" is ${JSON.stringify(is)}, not ${JSON.stringify(asked)}`;
    }
    return undefined;
  };
}

/** Whether the broker refused because its stream holds a message of that subject already. */
export function isTaken(error: unknown): boolean {
  return /maximum messages per subject/.test(description(error));
}

/** Whether there is no such message, or none any more. */
export function isNoMessage(error: unknown): boolean {
  const code = apiCode(error);
  return code === NO_SUCH_MESSAGE || code === NOT_DELETED;
}

function description(error: unknown): string {
  return error instanceof NatsError ? (error.api_error?.description ?? '') : '';
}
