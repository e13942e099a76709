import { createInbox, type NatsConnection } from 'nats';
import { BatonError } from '../wire/error.ts';
import { Pulse } from './pulse.ts';

/** A message as it came off the bus. */
export interface BusMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly reply?: string;
  readonly headers?: { readonly code: number; get(name: string): string };
}

/** One subject to which replies come, open until `close()`. */
export interface ReplySubject {
  readonly subject: string;
  /** Moves the moment at which `onExpire` is called, milliseconds since the epoch. */
  expireAt(time: number): void;
  close(): void;
}

interface Pending {
  onMessage(message: BusMessage): void;
  /** With a reason when it is not the time that has run out. Whoever moves the moment meanwhile goes on listening. */
  onExpire(reason?: BatonError): void;
  expiresAt: number;
  /** What was published, and where; undefined for a reply subject that was only handed out. */
  readonly request?: PendingRequest | undefined;
}

interface PendingRequest {
  readonly subject: string;
  /** Whether it outlives the broker's absence. */
  readonly isPatient: boolean;
  isAnswered: boolean;
  readonly openedAt: number;
  /** The broker is down, or it is there again. */
  onOutage(isOver: boolean): void;
}

/** Wraps a subscriber so that nothing it throws reaches the client, which would stop reading for ever. */
export type Guard = <T>(callback: (value: T) => void) => (value: T) => void;

const SWEEP_MS = 25;

/** A request that nobody has taken for this long casts doubt on the broker itself, milliseconds. */
const UNANSWERED_MS = 1000;

/**
 * Every reply of a connection comes through one wildcard subscription and is told apart by its last token;
 * one timer watches all deadlines. A subscription, a timer and an Error per request is what makes
 * the client's own `request()` nearly twice as costly.
 */
export class Inbox {
  readonly #prefix: string;
  readonly #pending = new Map<string, Pending>();
  readonly #pulse: Pulse;
  #next = 0;
  #sweep: NodeJS.Timeout | undefined;
  readonly #connection: NatsConnection;

  constructor(
    connection: NatsConnection,
    { guard, prefix = '' }: { readonly guard: Guard; readonly prefix?: string },
  ) {
    this.#connection = connection;
    this.#prefix = createInbox(prefix);
    this.#pulse = new Pulse(connection);
    const cutAt = this.#prefix.length + 1;
    const onMessage = guard((message: BusMessage) =>
      this.#pending.get(message.subject.slice(cutAt))?.onMessage(message),
    );
    connection.subscribe(`${this.#prefix}.*`, {
      callback: (error, message) => {
        if (!error) onMessage(message);
      },
    });
    const closed = new BatonError('UNAVAILABLE', 'the connection to the broker was closed');
    void connection.closed().then(() => this.fail(closed, () => true));
  }

  /** Opens a reply subject. `onExpire` is called only while it is open. */
  open(pending: Pending): ReplySubject {
    const token = (this.#next++).toString(36);
    this.#pending.set(token, pending);
    this.#sweep ??= setInterval(() => this.#expire(), SWEEP_MS);
    return {
      subject: `${this.#prefix}.${token}`,
      expireAt: (time) => {
        pending.expiresAt = time;
      },
      close: () => this.#close(token),
    };
  }

  #close(token: string): void {
    this.#pending.delete(token);
    if (this.#pending.size > 0 || !this.#sweep) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  /** No answer can come any more to those that are meant: nobody must wait for one until the deadline. */
  fail(reason: BatonError, isMeant: (pending: Pending) => boolean): void {
    for (const [token, pending] of this.#pending) {
      if (!isMeant(pending)) continue;
      this.#close(token);
      pending.onExpire(reason);
    }
  }

  /** The broker is down, or it is there again. */
  tellOutage(isOver: boolean): void {
    for (const { request } of this.#pending.values()) request?.onOutage(isOver);
  }

  #expire(): void {
    const now = Date.now();
    for (const [token, pending] of this.#pending) {
      if (pending.expiresAt > now) continue;
      pending.onExpire();
      if (pending.expiresAt <= now) this.#close(token);
    }
    const isOverdue = ({ request }: Pending) => request !== undefined && isUnanswered(request, now);
    for (const pending of this.#pending.values()) {
      if (!isOverdue(pending)) continue;
      if (this.#pulse.isMissing()) this.fail(this.#silent(), isOverdue);
      return;
    }
  }

  #silent(): BatonError {
    return new BatonError('UNAVAILABLE', `the broker at ${this.#connection.getServer()} does not answer`);
  }
}

function isUnanswered({ isAnswered, isPatient, openedAt }: PendingRequest, now: number): boolean {
  return !isAnswered && !isPatient && openedAt + UNANSWERED_MS <= now;
}
