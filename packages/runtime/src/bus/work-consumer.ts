import { createInbox, type Msg, nanos, type Subscription } from 'nats';
import { encodeJson } from '../wire/json.ts';
import type { BrokerLink } from './jetstream.ts';

export interface WorkConsumerOptions {
  readonly stream: string;
  readonly name: string;
  readonly ackWaitMs: number;
  /** Makes the consumer anew, should the broker have lost it. */
  readonly ensure: () => Promise<void>;
}

/** One piece of work in hand. The broker is told that it is held until one of its methods was called. */
export interface WorkItem {
  readonly subject: string;
  readonly data: Uint8Array;
  /** How often it has been handed out, this time included. */
  readonly deliveries: number;
  /** It is done and leaves the queue; resolves when the broker has said so, or cannot be asked. */
  done(): Promise<void>;
  /** Somebody may try again, at the earliest after `delayMs`. */
  giveBack(delayMs: number): void;
}

/** How long one request for work waits at the broker, milliseconds. */
const EXPIRES_MS = 10_000;
/** A broker that said nothing of a request by then has lost it. */
const LATE_MS = 2000;
/** Pause before asking a broker again that has just refused, milliseconds. */
const PAUSE_MS = 500;
const ACK_TRIES = 3;
const ACK_TIMEOUT_MS = 1000;
const encoder = new TextEncoder();
const ACK = encoder.encode('+ACK');
const WORKING = encoder.encode('+WPI');

/**
 * Takes work one by one, when it is asked to: nothing is fetched ahead, where it would wait until its time is over.
 * Says `working` for all that is in hand, three times within each `ackWaitMs`.
 */
export class WorkConsumer {
  readonly #link: BrokerLink;
  readonly #options: WorkConsumerOptions;
  readonly #inbox = createInbox();
  readonly #subscription: Subscription;
  readonly #arrived: WorkItem[] = [];
  readonly #held = new Set<string>();
  readonly #beat: NodeJS.Timeout;
  #askedUntil = 0;
  #wake = () => {};

  constructor(link: BrokerLink, options: WorkConsumerOptions) {
    this.#link = link;
    this.#options = options;
    this.#subscription = link.connection.subscribe(this.#inbox, {
      callback: (error, message) => {
        if (!error) this.#onMessage(message);
      },
    });
    this.#beat = setInterval(() => this.#sayWorking(), options.ackWaitMs / 3);
    this.#beat.unref();
  }

  /** The next piece of work; undefined once the signal is aborted. */
  async next(signal: AbortSignal): Promise<WorkItem | undefined> {
    while (!signal.aborted) {
      const item = this.#arrived.shift();
      if (item) return item;
      if (Date.now() >= this.#askedUntil && !this.#link.isAway()) this.#ask();
      await this.#pause(signal);
    }
    return undefined;
  }

  /** What was asked for before the broker was away is forgotten there. */
  askAnew(): void {
    this.#askedUntil = 0;
    this.#wake();
  }

  /** Takes no more; what is in hand stays so until `close`. What had arrived and was not taken goes back. */
  stop(): void {
    this.#subscription.unsubscribe();
    for (const item of this.#arrived.splice(0)) item.giveBack(0);
    this.#wake();
  }

  close(): void {
    this.stop();
    clearInterval(this.#beat);
  }

  #ask(): void {
    const { stream, name } = this.#options;
    this.#askedUntil = Date.now() + EXPIRES_MS + LATE_MS;
    const request = encodeJson({ batch: 1, expires: nanos(EXPIRES_MS) });
    this.#send(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, request, this.#inbox);
  }

  #pause(signal: AbortSignal): Promise<void> {
    const longest = Math.min(PAUSE_MS * 4, Math.max(PAUSE_MS, this.#askedUntil - Date.now()));
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
      this.#askedUntil = 0;
      this.#arrived.push(this.#toItem(message));
      this.#wake();
      return;
    }
    const code = message.headers?.code ?? 0;
    // 404 and 408: no work in all that time. Anything else is the broker's trouble, or a consumer that is gone.
    const isUsual = code === 404 || code === 408;
    this.#askedUntil = isUsual ? 0 : Date.now() + PAUSE_MS;
    if (isUsual) this.#wake();
    else void this.#options.ensure().catch(() => {});
  }

  #toItem({ subject, data, reply = '' }: Msg): WorkItem {
    this.#held.add(reply);
    return {
      subject,
      data,
      deliveries: deliveriesOf(reply),
      done: async () => {
        if (!this.#held.delete(reply)) return;
        await this.#confirm(reply);
      },
      giveBack: (delayMs) => {
        if (!this.#held.delete(reply)) return;
        const delay = JSON.stringify({ delay: nanos(delayMs) });
        this.#send(reply, encoder.encode(delayMs > 0 ? `-NAK ${delay}` : '-NAK'));
      },
    };
  }

  /** Should the broker not hear of it, the work comes again and is found done. */
  async #confirm(reply: string): Promise<void> {
    for (let tries = 0; tries < ACK_TRIES && !this.#link.isAway(); tries += 1) {
      const answer = this.#link.connection.request(reply, ACK, { timeout: ACK_TIMEOUT_MS });
      if (await answer.then(Boolean, () => false)) return;
    }
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
