import { setTimeout as sleep } from 'node:timers/promises';
import { connect, headers, type Msg, type NatsConnection } from 'nats';

/** How many messages are held back, so that they can change places. */
const WITHIN = 100;
/** How long they are held at the most, milliseconds. */
const HELD_MS = 100;
const AGAIN = 'Faults-Again';

/** Publishes all that is said of an owner's durable runs, and of its ledger, once more to four times more, out of order. */
export class Duplicator implements AsyncDisposable {
  readonly #connection: NatsConnection;
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
    for (let copies = 1 + Math.floor(Math.random() * 4); copies > 0; copies -= 1) this.#held.push(message);
    if (this.#held.length >= WITHIN) this.#flush();
  }

  #flush(): void {
    const marked = headers();
    marked.set(AGAIN, 'yes');
    while (this.#held.length > 0) {
      const [message] = this.#held.splice(Math.floor(Math.random() * this.#held.length), 1);
      if (message) this.#connection.publish(message.subject, message.data, { headers: marked });
      this.again += 1;
    }
  }
}
