import type { NatsConnection } from 'nats';
import type { StopSignal } from '../wire/abort.ts';
import type { BatonError } from '../wire/error.ts';
import type { Owner } from '../wire/name.ts';
import { briefly } from './briefly.ts';
import { type ConnectOptions, connectToBroker } from './connect.ts';
import type { GatherOptions } from './gather-options.ts';
import { guardWith, rethrowLater } from './guard.ts';
import { type BusMessage, type Guard, Inbox, type ReplySubject } from './inbox.ts';
import type { BrokerLink } from './jetstream.ts';
import { KeptStream, type KeptStreamOptions } from './kept-stream.ts';
import { type Log, type LogOptions, openLog } from './log-stream.ts';
import { ObjectStore } from './object-store.ts';
import { orUnavailable } from './or-unavailable.ts';
import { Outage, type Patience } from './outage.ts';
import { Outbox, type PublishOptions } from './outbox.ts';
import { notAllowedError } from './publish-error.ts';
import { followReplies, NO_RESPONDERS, NoResponders, type ReplyHandlers } from './reply-stream.ts';
import { serverIdOf } from './server-id.ts';
import { type AgentService, type AgentServiceOptions, addAgentService } from './service.ts';
import { openStore, type Store, type StoreOptions } from './store.ts';
import { WorkQueue, type WorkQueueOptions } from './work-queue.ts';

/** An open subscription. */
export interface Subscription {
  close(): void;
}

/** Callers may be allowed to publish here only (protocol section 6). */
const QUERY_INBOX = '_INBOX.agents';

/** One connection to the broker. The only class that knows the `nats` package. */
export class Bus implements AsyncDisposable {
  readonly #connection: NatsConnection;
  readonly #inbox: Inbox;
  #queries: Inbox | undefined;
  readonly #guard: Guard;
  readonly #outage: Outage;
  readonly #outbox: Outbox;
  readonly #onReturn = new Set<() => void>();
  readonly #objects = new Map<Owner, Promise<ObjectStore>>();

  private constructor(connection: NatsConnection, options: ConnectOptions) {
    this.#connection = connection;
    this.#guard = guardWith(options.onError ?? rethrowLater);
    this.#inbox = new Inbox(connection, { guard: this.#guard });
    this.#outbox = new Outbox(connection, () => this.#outage.isDown);
    this.#outage = new Outage(connection, {
      onDown: () => this.#inbox.tellOutage(false),
      onAway: () => {
        options.onAway?.();
        this.#inbox.fail(this.#outage.error, ({ request }) => request?.isPatient !== true);
      },
      onReturn: (awayMs) => {
        options.onReturn?.({ awayMs, dropped: this.#outbox.takeDropped() });
        this.#inbox.tellOutage(true);
        for (const callback of this.#onReturn) callback();
      },
      onRefused: (subject) =>
        this.#inbox.fail(notAllowedError(subject), ({ request }) => request?.subject === subject),
    });
  }

  /** @throws {BatonError} UNAVAILABLE when no broker answers in time (default 2.5 s). */
  static async connect(options: ConnectOptions): Promise<Bus> {
    return new Bus(await connectToBroker(options), options);
  }

  /** The largest message the broker takes, in bytes, headers counted. */
  get maxPayload(): number {
    return this.#outbox.maxPayload;
  }

  /** The broker this connection is at now. */
  get server(): string {
    return this.#connection.getServer();
  }

  /** Tells that broker from others, and from itself before its last start. */
  get serverId(): string {
    return serverIdOf(this.#connection);
  }

  get serverVersion(): string {
    return this.#connection.info?.version ?? '';
  }

  /**
   * @throws {BatonError} INVALID_ARGUMENT when the message with its headers is larger than the broker takes (the
   * connection lives on), UNAVAILABLE once the connection is closed. While the broker is away nothing is sent, and nothing is
   * kept to be sent later: what has to arrive waits for `whenThere`.
   */
  publish(subject: string, data: Uint8Array, options: PublishOptions = {}): void {
    this.#outbox.publish(subject, data, options);
  }

  /**
   * As `publish`, with all else of this turn of the event loop in one write to the broker. What is published after it goes
   * out after it.
   */
  publishSoon(subject: string, data: Uint8Array, options: PublishOptions = {}): void {
    this.#outbox.publishSoon(subject, data, options);
  }

  /** Subscribes; with `queue`, each message goes to one member of that group. */
  subscribe(subject: string, onMessage: (message: BusMessage) => void, queue?: string): Subscription {
    const guarded = this.#guard(onMessage);
    const subscription = this.#connection.subscribe(subject, {
      ...(queue && { queue }),
      callback: (error, message) => {
        if (!error) guarded(message);
      },
    });
    return { close: () => subscription.unsubscribe() };
  }

  /**
   * Publishes a request and follows its replies; see `followReplies` for the errors.
   * @throws {BatonError} UNAVAILABLE when the broker is away for more than a second, before or after; with `whileAway: 'wait'`
   * DEADLINE_EXCEEDED instead. PERMISSION_DENIED when the broker does not let this member publish there.
   */
  follow(subject: string, data: Uint8Array, handlers: ReplyHandlers): Promise<void> {
    const publish = (reply: string) => this.publishSoon(subject, data, { reply });
    const start = () => followReplies(this.#inbox, { subject, publish }, handlers);
    if (!this.#outage.isDown) return start();
    return this.whenThere(handlers).then(start);
  }

  /** Resolves when the broker is there, at once when it is. @throws {BatonError} UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED. */
  whenThere(patience: Patience): Promise<void> {
    return this.#outage.over(patience);
  }

  /** Whether the broker cannot be reached this moment. */
  get isDown(): boolean {
    return this.#outage.isDown;
  }

  /** Whether the broker has been away for more than a second. */
  get isAway(): boolean {
    return this.#outage.isAway;
  }

  /** Whether the broker has come back just now: other members may still be on their way. */
  get isReturning(): boolean {
    return this.#outage.isReturning;
  }

  /** What is said to whoever wants something of a broker that is away. */
  get awayError(): BatonError {
    return this.#outage.error;
  }

  /** Whether anyone listens on a subject: false once the broker says that nobody does, true for every other outcome. */
  async hasListener(subject: string, timeoutMs: number): Promise<boolean> {
    const answer = await this.request(subject, EMPTY, timeoutMs).catch((error: unknown) => error);
    return !(answer instanceof NoResponders);
  }

  /** One request, one answer. @throws {BatonError} UNAVAILABLE, DEADLINE_EXCEEDED. */
  async request(subject: string, data: Uint8Array, timeoutMs: number): Promise<BusMessage> {
    let answer: BusMessage | undefined;
    await this.follow(subject, data, {
      expiresAt: Date.now() + timeoutMs,
      silenceMs: timeoutMs,
      signal: NEVER,
      onReply: (message) => {
        answer = message;
        return true;
      },
    });
    return answer as BusMessage;
  }

  /** Asks everyone who listens; settles when nobody has answered for a while, at once when nobody listens. */
  gather(subject: string, { data = EMPTY, onAnswer, firstMs, quietMs, maxMs }: GatherOptions): Promise<void> {
    const latest = Date.now() + maxMs;
    return new Promise((resolve) => {
      const finish = () => {
        reply.close();
        resolve();
      };
      const reply = this.#inbox.open({
        expiresAt: Date.now() + firstMs,
        onExpire: finish,
        onMessage: (message) => {
          if (message.headers?.code === NO_RESPONDERS) return finish();
          onAnswer(message);
          reply.expireAt(Math.min(latest, Date.now() + quietMs));
        },
      });
      this.publish(subject, data, { reply: reply.subject });
    });
  }

  /** Opens a subject of its own for the answer to a question in mid-stream, where operators expect one. */
  openReply(onMessage: (message: BusMessage) => void): ReplySubject {
    this.#queries ??= new Inbox(this.#connection, { guard: this.#guard, prefix: QUERY_INBOX });
    return this.#queries.open({ onMessage, onExpire: () => {}, expiresAt: Number.POSITIVE_INFINITY });
  }

  /** Registers an agent instance; see `addAgentService`. @throws {BatonError} UNAVAILABLE. */
  serve(options: AgentServiceOptions): Promise<AgentService> {
    return addAgentService(this.#connection, {
      ...options,
      onPrompt: this.#guard(options.onPrompt),
      onDrawn: this.#guard(options.onDrawn),
    });
  }

  /** Opens a shared store; see `openStore`. */
  store(options: StoreOptions): Promise<Store> {
    return openStore(this.#connection, options);
  }

  /** Opens a shared log; see `openLog`. */
  log(options: LogOptions): Promise<Log> {
    const onReturn = (callback: () => void) => this.onReconnect(callback).close;
    return openLog({ connection: this.#connection, onReturn }, options);
  }

  /**
   * The owner's place for what is too large for a message, opened once.
   * @throws {BatonError} FAILED_PRECONDITION when the broker cannot keep objects, UNAVAILABLE when it does not answer.
   */
  objects(owner: Owner): Promise<ObjectStore> {
    const open =
      this.#objects.get(owner) ??
      ObjectStore.open({ connection: this.#connection, isAway: () => this.#outage.isDown }, owner);
    this.#objects.set(owner, open);
    // What could not be opened is tried again by the next who needs it.
    open.catch(() => this.#objects.delete(owner));
    return open;
  }

  /** Whether the broker can keep anything at all. */
  get hasJetStream(): boolean {
    return this.#connection.info?.jetstream === true;
  }

  /** A stream of values, made when it is first used. @throws {BatonError} FAILED_PRECONDITION when the broker can keep none. */
  kept(options: KeptStreamOptions): KeptStream {
    return new KeptStream(this.#link, options);
  }

  /** A work queue, made when it is first used. @throws {BatonError} FAILED_PRECONDITION when the broker can keep none. */
  workQueue(options: WorkQueueOptions): WorkQueue {
    return new WorkQueue(this.#link, options);
  }

  /** Calls back each time the broker was lost and found again. */
  onReconnect(callback: () => void): Subscription {
    this.#onReturn.add(callback);
    return { close: () => void this.#onReturn.delete(callback) };
  }

  get #link(): BrokerLink {
    return { connection: this.#connection, inbox: this.#inbox, isAway: () => this.#outage.isAway };
  }

  /** Waits until the broker has seen everything published so far. @throws {BatonError} UNAVAILABLE. */
  flush(): Promise<void> {
    this.#outbox.flush();
    return orUnavailable(this.#connection.flush());
  }

  /** As `flush`, for goodbyes: never rejects, and a broker that is away holds it up for a second only. */
  flushBriefly(): Promise<void> {
    this.#outbox.flush();
    return briefly(this.#connection.flush());
  }

  /** Sends what is pending and closes, within about a second; calling it again is no error. */
  async close(): Promise<void> {
    this.#outbox.flush();
    if (!this.#connection.isClosed() && !this.#connection.isDraining())
      await briefly(this.#connection.drain());
    await this.#connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const NEVER: StopSignal = {
  aborted: false,
  reason: undefined,
  addEventListener() {},
  removeEventListener() {},
};
const EMPTY = new Uint8Array(0);
