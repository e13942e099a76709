import { type MsgHdrs, type NatsConnection, headers as natsHeaders } from 'nats';
import { atEndOfTurn } from './end-of-turn.ts';
import { publishError, tooLargeError } from './publish-error.ts';

export interface PublishOptions {
  readonly reply?: string;
  readonly headers?: Record<string, string>;
}

/** What is published at the end of this turn. */
interface Due {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly options: PublishOptions;
}

/** The way out of a connection. While the broker is away nothing is sent, and nothing is kept to be sent later. */
export class Outbox {
  readonly #connection: NatsConnection;
  readonly #isDown: () => boolean;
  #due: Due[] = [];
  #dropped = 0;

  constructor(connection: NatsConnection, isDown: () => boolean) {
    this.#connection = connection;
    this.#isDown = isDown;
  }

  /** The largest message the broker takes, in bytes, headers counted. */
  get maxPayload(): number {
    return this.#connection.info?.max_payload ?? 1_048_576;
  }

  /** @throws {BatonError} INVALID_ARGUMENT for more than the broker takes, UNAVAILABLE once the connection is closed. */
  publish(subject: string, data: Uint8Array, options: PublishOptions): void {
    if (data.length > this.maxPayload) throw tooLargeError(data.length, this.maxPayload);
    this.flush();
    this.#send({ subject, data, options });
  }

  /** As `publish`, with all else of this turn of the event loop, which is one write to the broker. */
  publishSoon(subject: string, data: Uint8Array, options: PublishOptions): void {
    if (data.length > this.maxPayload) throw tooLargeError(data.length, this.maxPayload);
    if (this.#connection.isClosed()) throw publishError({}, data.length, this.maxPayload);
    if (this.#due.push({ subject, data, options }) === 1) atEndOfTurn(() => this.flush());
  }

  /** Hands over what is due. */
  flush(): void {
    if (this.#due.length === 0) return;
    const due = this.#due;
    this.#due = [];
    for (const each of due) {
      try {
        this.#send(each);
      } catch {
        // Closed meanwhile, which whoever waits for an answer hears from the inbox.
      }
    }
  }

  /** How many messages were not sent since this was asked last. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  #send({ subject, data, options: { reply, headers } }: Due): void {
    if (this.#isDown()) {
      this.#dropped += 1;
      return;
    }
    try {
      if (headers)
        this.#connection.publish(subject, data, { ...(reply && { reply }), headers: toHeaders(headers) });
      else if (reply) this.#connection.publish(subject, data, { reply });
      else this.#connection.publish(subject, data);
    } catch (cause) {
      throw publishError(cause, data.length, this.maxPayload);
    }
  }
}

function toHeaders(values: Record<string, string>): MsgHdrs {
  const headers = natsHeaders();
  for (const [name, value] of Object.entries(values)) headers.set(name, value);
  return headers;
}
