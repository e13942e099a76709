import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the server got it. */
interface SeenRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever JSON arrived.
  readonly body: any;
}

/** What the server does with one request. */
export type Reply = (response: ServerResponse, seen: SeenRequest) => void | Promise<void>;

/** A real HTTP server with the Chat Completions wire, for one test. */
export interface ChatCompletionsServer extends AsyncDisposable {
  readonly baseUrl: string;
  readonly seen: readonly SeenRequest[];
  /** Resolves when a client has hung up before its answer was complete. */
  readonly hungUp: Promise<void>;
}

/** Starts a server on a free loopback port that gives the replies in order, the last one from then on. */
export async function startChatCompletionsServer(...replies: Reply[]): Promise<ChatCompletionsServer> {
  const seen: SeenRequest[] = [];
  let reportHangUp = () => {};
  const hungUp = new Promise<void>((resolve) => {
    reportHangUp = resolve;
  });
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    response.on('close', () => response.writableEnded || reportHangUp());
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const received = { path: request.url ?? '', authorization: request.headers.authorization, body };
    seen.push(received);
    await replies[Math.min(seen.length, replies.length) - 1]?.(response, received);
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    seen,
    hungUp,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** One chunk of a streamed completion, with the fields a client reads. */
export function chunk(delta: object, finishReason: string | null = null): object {
  const choices = [{ index: 0, delta, finish_reason: finishReason, logprobs: null }];
  return { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'test', choices };
}

/** The last chunk, which has the usage and no choices. */
export function usageChunk(inputTokens: number, outputTokens: number): object {
  const usage = {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  };
  return { ...(chunk({}) as object), choices: [], usage };
}

/** The bytes of a stream: `data:` lines and the closing `[DONE]`. */
function eventStream(chunks: readonly object[]): Buffer {
  const lines = chunks.map((one) => `data: ${JSON.stringify(one)}\n\n`);
  return Buffer.from(`${lines.join('')}data: [DONE]\n\n`, 'utf8');
}

/** Streams the chunks, cut every `size` bytes regardless of lines and characters. */
export function stream(chunks: readonly object[], size = 1_000_000): Reply {
  return async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const bytes = eventStream(chunks);
    for (let at = 0; at < bytes.length; at += size) {
      response.write(bytes.subarray(at, at + size));
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  };
}

/** Streams the chunks and then neither goes on nor ends. */
export function stall(chunks: readonly object[]): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const one of chunks) response.write(`data: ${JSON.stringify(one)}\n\n`);
    response.flushHeaders();
  };
}

/** Streams the chunks and closes, without a finish reason or `[DONE]`; `reset` kills the connection instead. */
export function breakOff(chunks: readonly object[], how: 'end' | 'reset'): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const one of chunks) response.write(`data: ${JSON.stringify(one)}\n\n`);
    if (how === 'end') response.end();
    else setImmediate(() => response.destroy());
  };
}

/** Streams text that is no event stream of JSON. */
export function malformed(): Reply {
  return (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end('data: {"choices": [\n\n');
  };
}

/** Refuses with a status and the provider's error object. */
export function refuse(status: number, message: string): Reply {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message, type: 'test', code: null } }));
  };
}
