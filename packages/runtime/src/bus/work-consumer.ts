import { createInbox, type Msg, nanos, type Subscription } from 'nats';
import { encodeJson } from '../wire/json.ts';
import { atEndOfTurn } from './end-of-turn.ts';
import type { BrokerLink } from './jetstream.ts';

export interface WorkConsumerOptions {
  readonly stream: string;
  readonly name: string;
  readonly ackWaitMs: number;
  /** How much work could be begun this moment. */
  readonly room: () => number;
  /** Makes the consumer anew, should the broker have lost it. */
  readonly ensure: () => Promise<void>;
}

/** One piece of work in hand. The broker is told that it is held until one of its methods was called. */
export interface WorkItem {
  readonly subject: string;
  readonly data: Uint8Array;
  /** How often it has been handed out, this time included. */
  readonly deliveries: number;
  /** When it came, milliseconds since the epoch. */
  readonly arrivedAt: number;
  /** It is done and leaves the queue. Should the broker not hear of it, it comes again. */
  done(): void;
  /** Somebody may try again, at the earliest after `delayMs`. */
  giveBack(delayMs: number): void;
}

/** How long one request for work waits at the broker, milliseconds. */
const EXPIRES_MS = 10_000;
/** A broker that said nothing of a request by then has lost it. */
const LATE_MS = 2000;
/** Pause before asking a broker again that has just refused, milliseconds. */
const PAUSE_MS = 500;
const encoder = new TextEncoder();
const ACK = encoder.encode('+ACK');
const WORKING = encoder.encode('+WPI');

/** Of a request for work that ran out: how much of it was not met. */
const UNMET = 'Nats-Pending-Messages';

/**
 * Takes as much work as there is room for, asking for the next before the last has come, so that nobody waits for a question
 * to travel. Says `working` for all that is in hand, three times within each `ackWaitMs`.
 */
export class WorkConsumer {
  readonly #link: BrokerLink;
  readonly #options: WorkConsumerOptions;
  #inbox = '';
  #subscription: Subscription;
  readonly #arrived: WorkItem[] = [];
  readonly #held = new Set<string>();
  readonly #beat: NodeJS.Timeout;
  /** How much was asked for that has not come. */
  #due = 0;
  #askedUntil = 0;
  #pausedUntil = 0;
  #isClosedOff = false;
  #wake = () => {};

  constructor(link: BrokerLink, options: WorkConsumerOptions) {
    this.#link = link;
    this.#options = options;
    this.#subscription = this.#listen();
    this.#beat = setInterval(() => this.#sayWorking(), options.ackWaitMs / 3);
    this.#beat.unref();
  }

  /** The next piece of work; undefined once the signal is aborted. */
  async next(signal: AbortSignal): Promise<WorkItem | undefined> {
    while (!signal.aborted) {
      this.#ask();
      const item = this.#arrived.shift();
      if (item) return item;
      await this.#pause(signal);
    }
    return undefined;
  }

  /** There may be room for more. */
  look(): void {
    this.#wake();
  }

  /** What was asked for before the broker was away is forgotten: answers to it would be more than there is room for. */
  askAnew(): void {
    this.#subscription.unsubscribe();
    this.#subscription = this.#listen();
    this.#due = 0;
    this.#wake();
  }

  /** What has come and was not taken goes back; with `closed`, so does whatever comes until it is opened again. */
  giveBack({ closed = false } = {}): void {
    this.#isClosedOff = closed;
    for (const item of this.#arrived.splice(0)) item.giveBack(0);
  }

  /** Takes no more; what is in hand stays so until `close`. What had arrived and was not taken goes back. */
  stop(): void {
    this.#subscription.unsubscribe();
    this.giveBack();
    this.#wake();
  }

  close(): void {
    this.stop();
    clearInterval(this.#beat);
  }

  #listen(): Subscription {
    this.#inbox = createInbox();
    return this.#link.connection.subscribe(this.#inbox, {
      callback: (error, message) => {
        if (!error) this.#onMessage(message);
      },
    });
  }

  #ask(): void {
    const { stream, name, room } = this.#options;
    const now = Date.now();
    if (now < this.#pausedUntil || this.#link.isAway()) return;
    if (now >= this.#askedUntil) this.#due = 0;
    const wanted = room() - this.#arrived.length;
    const batch = wanted - this.#due;
    // Half of what there is room for on its way is enough: one question then stands for many pieces of work.
    if (batch <= 0 || this.#due > wanted / 2) return;
    this.#due += batch;
    this.#askedUntil = now + EXPIRES_MS + LATE_MS;
    const request = encodeJson({ batch, expires: nanos(EXPIRES_MS) });
    this.#send(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, request, this.#inbox);
  }

  #pause(signal: AbortSignal): Promise<void> {
    const until = Math.max(this.#pausedUntil, this.#askedUntil) - Date.now();
    const longest = Math.min(PAUSE_MS * 4, Math.max(PAUSE_MS, until));
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', go);
        this.#wake = () => {};
        resolve();
      };
      const timer = setTimeout(go, longest);
      timer.unref();
      signal.addEventListener('abort', go, { once: true });
      this.#wake = go;
    });
  }

  #onMessage(message: Msg): void {
    if (message.subject !== this.#inbox) {
      this.#due = Math.max(0, this.#due - 1);
      this.#arrived.push(this.#toItem(message));
      if (this.#isClosedOff) this.giveBack({ closed: true });
      this.#wake();
      return;
    }
    const code = message.headers?.code ?? 0;
    // 404 and 408: no work in all that time. Anything else is the broker's trouble, or a consumer that is gone.
    const isUsual = code === 404 || code === 408;
    const unmet = Number(isUsual && message.headers?.get(UNMET)) || this.#due;
    this.#due = Math.max(0, this.#due - unmet);
    if (!isUsual) this.#pausedUntil = Date.now() + PAUSE_MS;
    if (isUsual) this.#wake();
    else void this.#options.ensure().catch(() => {});
  }

  #toItem({ subject, data, reply = '' }: Msg): WorkItem {
    this.#held.add(reply);
    return {
      subject,
      data,
      deliveries: deliveriesOf(reply),
      arrivedAt: Date.now(),
      done: () => {
        if (this.#held.delete(reply)) atEndOfTurn(() => this.#send(reply, ACK));
      },
      giveBack: (delayMs) => {
        if (!this.#held.delete(reply)) return;
        const delay = JSON.stringify({ delay: nanos(delayMs) });
        this.#send(reply, encoder.encode(delayMs > 0 ? `-NAK ${delay}` : '-NAK'));
      },
    };
  }

  #sayWorking(): void {
    if (this.#link.isAway()) return;
    for (const reply of this.#held) this.#send(reply, WORKING);
  }

  #send(subject: string, data: Uint8Array, reply?: string): void {
    try {
      this.#link.connection.publish(subject, data, reply === undefined ? {} : { reply });
    } catch {
      // The connection is closed: the broker hands the work to someone else in time.
    }
  }
}

/** `$JS.ACK.<stream>.<consumer>.<deliveries>....`, with two more tokens before the stream from some brokers. */
function deliveriesOf(reply: string): number {
  const tokens = reply.split('.');
  return Number(tokens[tokens.length <= 9 ? 4 : 6]) || 1;
}
