import { type ConnectionOptions, connect, createInbox, type NatsConnection } from 'nats';
import { fromBytes, toBytes } from './json.ts';

const TIMEOUT_MS = 10_000;

/** The caller's side of bare NATS: the client's own `request()`, JSON both ways. */
export class RawClient implements AsyncDisposable {
  readonly #connection: NatsConnection;
  readonly #inbox = createInbox();
  readonly #pending = new Map<string, (answer: unknown) => void>();
  #next = 0;

  private constructor(connection: NatsConnection) {
    this.#connection = connection;
    connection.subscribe(`${this.#inbox}.*`, {
      callback: (_error, { subject, data }) => {
        this.#pending.get(subject)?.(fromBytes(data));
        this.#pending.delete(subject);
      },
    });
  }

  static async connect(server: string, options: ConnectionOptions = {}): Promise<RawClient> {
    return new RawClient(await connect({ ...options, servers: server }));
  }

  /** Sends text in a small envelope and checks that it comes back. */
  async echo(subject: string, text: string): Promise<void> {
    const data = toBytes({ v: 1, id: createInbox(), conversation: subject, source: 'bench', prompt: text });
    const answer = await this.#connection.request(subject, data, { timeout: TIMEOUT_MS });
    const { prompt } = fromBytes(answer.data) as { prompt?: unknown };
    if (prompt !== text) throw new Error('bare NATS did not answer with what it was sent');
  }

  /** As `echo`, kept by JetStream until it is answered. */
  async echoDurably(subject: string, text: string): Promise<void> {
    const reply = `${this.#inbox}.${this.#next++}`;
    const answered = new Promise<unknown>((resolve) => this.#pending.set(reply, resolve));
    await this.#connection.jetstream().publish(subject, toBytes({ v: 1, id: reply, reply, prompt: text }));
    const { prompt } = (await answered) as { prompt?: unknown };
    if (prompt !== text) throw new Error('bare JetStream did not answer with what it was sent');
  }

  /** Asks for a stream of JSON chunks and joins them; resolves with their text. */
  stream(subject: string): Promise<string> {
    const inbox = createInbox();
    return new Promise((resolve, reject) => {
      let text = '';
      const subscription = this.#connection.subscribe(inbox, {
        callback: (error, message) => {
          if (error) return reject(error);
          if (message.data.length > 0) {
            text += (fromBytes(message.data) as { data: string }).data;
            return;
          }
          subscription.unsubscribe();
          resolve(text);
        },
      });
      this.#connection.publish(subject, toBytes({ v: 1 }), { reply: inbox });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }
}
