import { connect, createInbox, type Msg, type NatsConnection, headers as natsHeaders } from 'nats';
import { inject } from 'vitest';

/** A NATS client that knows nothing of Baton, on a connection of its own. */
export type RawClient = NatsConnection & AsyncDisposable;

/** One message of a response stream as it came off the bus. */
export interface Received {
  readonly bytes: number;
  readonly text: string;
  /** The body read as JSON; undefined when it is none. */
  readonly json: unknown;
  /** Undefined when the message had no header block at all. */
  readonly headers: Readonly<Record<string, string>> | undefined;
}

export interface Prompt {
  /** The host's prompt subject. */
  readonly to: string;
  readonly payload: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

const LATEST_MS = 8000;

export async function connectRaw(server = inject('broker')): Promise<RawClient> {
  const connection = await connect({ servers: server, name: 'raw' });
  return Object.assign(connection, { [Symbol.asyncDispose]: () => connection.close() });
}

/** Sends one prompt; resolves with what came on its reply subject once the terminator has. */
export async function exchange(client: RawClient, { to, payload, headers }: Prompt): Promise<Received[]> {
  const received: Received[] = [];
  const inbox = createInbox();
  const ended = new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`no terminator; got ${describe(received)}`)), LATEST_MS);
    client.subscribe(inbox, {
      callback: (_error, message) => {
        received.push(read(message));
        if (message.data.length > 0 || message.headers) return;
        clearTimeout(late);
        resolve();
      },
    });
  });
  client.publish(to, payload, { reply: inbox, ...(headers && { headers: withHeaders(headers) }) });
  await ended;
  return received;
}

/** As `exchange`, with what the host sent after the terminator, before it answered one more request. */
export async function converse(client: RawClient, prompt: Prompt): Promise<Received[]> {
  const received = await exchange(client, prompt);
  // One connection's messages arrive in order: whatever the host sent before this answer has arrived with it.
  const status = prompt.to.replace('agents.prompt.', 'agents.status.');
  await client.request(status, '', { timeout: LATEST_MS });
  return received;
}

/** The text that a stream's response chunks add up to. */
export function answerOf(received: readonly Received[]): string {
  const chunks = received.map(({ json }) => json as { type?: string; data?: string } | undefined);
  return chunks.map((chunk) => (chunk?.type === 'response' ? chunk.data : '')).join('');
}

/** What a message is, in a word, so that a whole stream can be compared at a glance. */
export function shape(received: readonly Received[]): string[] {
  return received.map(({ bytes, json, headers }) => {
    const code = headers?.['Nats-Service-Error-Code'];
    if (code) return `error ${code}`;
    if (bytes === 0) return headers ? 'empty with headers' : 'end';
    const chunk = json as { type?: unknown; data?: unknown } | undefined;
    return chunk?.type === 'status' ? String(chunk.data) : String(chunk?.type);
  });
}

/** Resolves with the first `count` messages on a subject. Subscribed at the broker when it returns. */
export async function watch(client: RawClient, subject: string) {
  const seen: { at: number; message: Msg }[] = [];
  let wake = () => {};
  client.subscribe(subject, {
    callback: (_error, message) => {
      seen.push({ at: Date.now(), message });
      wake();
    },
  });
  await client.flush();
  return {
    seen,
    /** Waits until `condition` holds of what was seen. */
    async until(condition: (messages: readonly Msg[]) => boolean): Promise<void> {
      const latest = Date.now() + LATEST_MS;
      while (!condition(seen.map(({ message }) => message))) {
        if (Date.now() > latest) throw new Error(`nothing of the kind on ${subject}; saw ${seen.length}`);
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, latest - Date.now());
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    },
  };
}

export function withHeaders(values: Readonly<Record<string, string>>) {
  const headers = natsHeaders();
  for (const [name, value] of Object.entries(values)) headers.set(name, value);
  return headers;
}

function read({ data, headers }: Msg): Received {
  const text = new TextDecoder().decode(data);
  const keys = headers?.keys();
  return {
    bytes: data.length,
    text,
    json: parse(text),
    headers: keys && Object.fromEntries(keys.map((key) => [key, headers?.get(key) ?? ''])),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function describe(received: readonly Received[]): string {
  return JSON.stringify(received.map(({ text, headers }) => ({ text: text.slice(0, 200), headers })));
}
