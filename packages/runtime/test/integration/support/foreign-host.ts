import type { ServiceMsg } from 'nats';
import type { Mesh } from '../../../src/mesh.ts';
import { connectRaw, type RawClient, withHeaders } from './raw-client.ts';

/** The caller's side of one prompt, as a host of another make sees it. */
interface ForeignReply {
  /** The request body. */
  readonly request: string;
  readonly requestHeaders: boolean;
  /** Any text as one message of the stream. */
  raw(text: string, headers?: Readonly<Record<string, string>>): void;
  chunk(value: unknown): void;
  end(): void;
}

export interface ForeignHostOptions {
  readonly owner: string;
  readonly name: string;
  /** The kind token of its subjects. Default `other`. */
  readonly kind?: string;
  /** The subject it serves prompts on. Default the protocol's. */
  readonly promptSubject?: string;
  /** Seconds. Default 1. */
  readonly interval?: number;
  /** Fields of its heartbeats beside the protocol's. */
  readonly extras?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, string>>;
  answer?(reply: ForeignReply): void | Promise<void>;
}

/** A host of the agent protocol written by hand, on a connection of its own: nothing of it is Baton's. */
export interface ForeignHost extends AsyncDisposable {
  readonly client: RawClient;
  readonly instance: string;
  beat(fields?: Readonly<Record<string, unknown>>): void;
}

/** Registers the service and sends one heartbeat; it does not beat again by itself. */
export async function startForeignHost(options: ForeignHostOptions): Promise<ForeignHost> {
  const { owner, name, kind = 'other', interval = 1, extras = {}, metadata = {}, answer = echo } = options;
  const client = await connectRaw();
  const service = await client.services.add({
    name: 'agents',
    version: '1.2.3',
    description: 'Written by someone else.',
    metadata: { agent: kind, owner, protocol_version: '0.3', session: name, ...metadata },
  });
  service.addEndpoint('prompt', {
    subject: options.promptSubject ?? `agents.prompt.${kind}.${owner}.${name}`,
    queue: 'agents',
    metadata: { max_payload: '1MB', attachments_ok: 'true' },
    handler: (_error, message) => void answer(replyTo(client, message)),
  });
  const instance = service.info().id;
  const beat = (fields: Readonly<Record<string, unknown>> = {}) => {
    const own = { agent: kind, owner, session: name, instance_id: instance, ts: new Date().toISOString() };
    const text = JSON.stringify({ ...own, interval_s: interval, ...extras, ...fields });
    client.publish(`agents.hb.${kind}.${owner}.${name}`, text);
  };
  await client.flush();
  beat();
  await client.flush();
  return { client, instance, beat, [Symbol.asyncDispose]: () => client.close() };
}

/** Resolves when the member's view of the mesh is as `condition` says. */
export function untilSees(mesh: Mesh, condition: (mesh: Mesh) => boolean, timeoutMs = 5000): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      stop();
      reject(new Error(`not seen in ${timeoutMs} ms; live: ${JSON.stringify(mesh.instances())}`));
    }, timeoutMs);
    const check = () => {
      if (!condition(mesh)) return;
      clearTimeout(late);
      stop();
      resolve();
    };
    const stop = mesh.onChange(check);
    check();
  });
}

/** An instance whose INFO record has come. */
export const knows = (name: string) => (mesh: Mesh) =>
  mesh.instances().some(({ agent, details }) => agent === name && details !== undefined);

function replyTo(client: RawClient, message: ServiceMsg): ForeignReply {
  const { reply = '' } = message as { reply?: string };
  const raw: ForeignReply['raw'] = (text, headers) =>
    client.publish(reply, text, headers ? { headers: withHeaders(headers) } : {});
  return {
    request: message.string(),
    requestHeaders: message.headers !== undefined,
    raw,
    chunk: (value) => raw(JSON.stringify(value)),
    end: () => raw(''),
  };
}

function echo({ request, chunk, end }: ForeignReply): void {
  chunk({ type: 'status', data: 'ack' });
  chunk({ type: 'response', data: (JSON.parse(request) as { prompt: string }).prompt });
  end();
}
