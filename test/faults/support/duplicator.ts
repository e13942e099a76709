import { setTimeout as sleep } from 'node:timers/promises';
import { connect, headers, type Msg, type MsgHdrs, type NatsConnection } from 'nats';

/** How many messages are held back, so that they can change places. */
const WITHIN = 100;
/** How long they are held at the most, milliseconds. */
const HELD_MS = 100;
const AGAIN = 'Faults-Again';
const EXPECTED = 'Nats-Expected-Last-Subject-Sequence';

/** Publishes all that is said of an owner's durable runs, and of its ledger, once more to four times more, out of order. */
export class Duplicator implements AsyncDisposable {
  readonly #connection: NatsConnection;
  readonly #seen: Msg[] = [];
  readonly #held: Msg[] = [];
  readonly #timer: NodeJS.Timeout;
  again = 0;

  private constructor(connection: NatsConnection, owner: string) {
    this.#connection = connection;
    connection.subscribe(`baton.${owner}.>`, { callback: (error, message) => error ?? this.#take(message) });
    this.#timer = setInterval(() => this.#flush(), HELD_MS);
  }

  static async start(server: string, owner: string): Promise<Duplicator> {
    const connection = await connect({ servers: server });
    const duplicator = new Duplicator(connection, owner);
    await connection.flush();
    return duplicator;
  }

  /** Publishes all that was said so far once more: much of it is over by now. */
  repeatAll(): void {
    this.#held.push(...this.#seen);
    this.#flush();
  }

  /** Resolves when nothing new has been said for a second. */
  async quiet(): Promise<void> {
    for (let before = -1; before !== this.again; await sleep(1000)) before = this.again;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#connection.close();
  }

  #take(message: Msg): void {
    if (message.headers?.has(AGAIN)) return;
    this.#seen.push(message);
    for (let copies = 1 + Math.floor(Math.random() * 4); copies > 0; copies -= 1) this.#held.push(message);
    if (this.#held.length >= WITHIN) this.#flush();
  }

  #flush(): void {
    while (this.#held.length > 0) {
      const [message] = this.#held.splice(Math.floor(Math.random() * this.#held.length), 1);
      if (message) this.#connection.publish(message.subject, message.data, { headers: marked(message) });
      this.again += 1;
    }
  }
}

/** What a message expects of the stream goes with each copy; what names it does not: no copy is to be known by its name. */
function marked(message: Msg): MsgHdrs {
  const copy = headers();
  copy.set(AGAIN, 'yes');
  const expected = message.headers?.get(EXPECTED);
  if (expected) copy.set(EXPECTED, expected);
  return copy;
}
