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

/** Whoever waits for what comes on one reply subject. */
export interface Pending {
  onMessage(message: BusMessage): void;
  /** With a reason when it is not the time that has run out. Whoever moves the moment meanwhile goes on listening. */
  onExpire(reason?: BatonError): void;
  /** When `onExpire` is called, milliseconds since the epoch. */
  expiresAt: number;
  /** What was published, and where; undefined for a reply subject that was only handed out. */
  readonly request?: PendingRequest | undefined;
}

/** A request under way. */
export interface PendingRequest {
  readonly subject: string;
  /** Whether it outlives the broker's absence. */
  readonly isPatient: boolean;
  readonly isAnswered: boolean;
  readonly openedAt: number;
  /** The broker is down, or it is there again. */
  onOutage(isOver: boolean): void;
}

/** Wraps a subscriber so that nothing it throws reaches the client, which would stop reading for ever. */
export type Guard = <T>(callback: (value: T) => void) => (value: T) => void;

interface Held {
  pending: Pending | undefined;
}

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
  /** Held, as a Map may name what was in it for a while: not with all that hangs on it. */
  readonly #pending = new Map<string, Held>();
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
      this.#pending.get(message.subject.slice(cutAt))?.pending?.onMessage(message),
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
    const token = this.add(pending);
    return {
      subject: this.subjectOf(token),
      expireAt: (time) => {
        pending.expiresAt = time;
      },
      close: () => this.remove(token),
    };
  }

  /** As `open`, for whoever keeps the token: it names the subject, and `remove` closes it. */
  add(pending: Pending): string {
    const token = (this.#next++).toString(36);
    this.#pending.set(token, { pending });
    this.#sweep ??= setInterval(() => this.#expire(), SWEEP_MS);
    return token;
  }

  subjectOf(token: string): string {
    return `${this.#prefix}.${token}`;
  }

  remove(token: string): void {
    const held = this.#pending.get(token);
    if (!held) return;
    held.pending = undefined;
    this.#pending.delete(token);
  }

  #waiting(): Pending[] {
    return [...this.#pending.values()]
      .map(({ pending }) => pending)
      .filter((pending) => pending !== undefined);
  }

  /** No answer can come any more to those that are meant: nobody must wait for one until the deadline. */
  fail(reason: BatonError, isMeant: (pending: Pending) => boolean): void {
    for (const [token, { pending }] of this.#pending) {
      if (!pending || !isMeant(pending)) continue;
      this.remove(token);
      pending.onExpire(reason);
    }
  }

  /** The broker is down, or it is there again. */
  tellOutage(isOver: boolean): void {
    for (const { request } of this.#waiting()) request?.onOutage(isOver);
  }

  #expire(): void {
    if (this.#pending.size === 0) {
      clearInterval(this.#sweep);
      this.#sweep = undefined;
    }
    const now = Date.now();
    for (const [token, { pending }] of this.#pending) {
      if (!pending || pending.expiresAt > now) continue;
      pending.onExpire();
      if (pending.expiresAt <= now) this.remove(token);
    }
    const isOverdue = ({ request }: Pending) => request !== undefined && isUnanswered(request, now);
    for (const pending of this.#waiting()) {
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
