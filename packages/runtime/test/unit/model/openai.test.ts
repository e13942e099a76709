import { describe, expect, test } from 'vitest';
import type { ModelEvent, ModelRequest } from '../../../src/model/model.ts';
import { openAiModel } from '../../../src/model/openai.ts';
import { BatonError } from '../../../src/wire/error.ts';
import {
  breakOff,
  chunk,
  malformed,
  refuse,
  stall,
  startChatCompletionsServer,
  stream,
  usageChunk,
} from '../../support/chat-completions-server.ts';

const request = (changes: Partial<ModelRequest> = {}): ModelRequest => ({
  instructions: 'Be brief.',
  messages: [{ role: 'user', content: 'Where is my parcel?' }],
  tools: [],
  passages: [],
  topics: [],
  signal: new AbortController().signal,
  ...changes,
});

const model = (baseUrl: string, maxRetries = 0) =>
  openAiModel('test-model', { apiKey: 'sk-secret', baseUrl, maxRetries, timeoutMs: 2000 });

async function collect(events: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const all: ModelEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const textOf = (events: readonly ModelEvent[]) =>
  events.map((event) => (event.type === 'text' ? event.text : '')).join('');

async function failure(events: AsyncIterable<ModelEvent>): Promise<BatonError> {
  const thrown: unknown = await collect(events).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(BatonError);
  return thrown as BatonError;
}

describe('a streamed answer', () => {
  test.each([1, 2, 3, 7, 64])(
    'is whole when the wire is cut every %i bytes, inside characters too',
    async (size) => {
      const chunks = ['Your par', 'cel – “Größe 5” ', '📦 is', '', ' here.'].map((content) =>
        chunk({ content }),
      );
      await using server = await startChatCompletionsServer(
        stream(
          [chunk({ role: 'assistant', content: '' }), ...chunks, chunk({}, 'stop'), usageChunk(12, 7)],
          size,
        ),
      );
      const events = await collect(model(server.baseUrl).generate(request()));
      expect(textOf(events)).toBe('Your parcel – “Größe 5” 📦 is here.');
      expect(events.at(-1)).toEqual({ type: 'usage', inputTokens: 12, outputTokens: 7 });
    },
  );

  test('is given out before the model has finished', async () => {
    await using server = await startChatCompletionsServer(stall([chunk({ content: 'Hello' })]));
    const events = model(server.baseUrl).generate(request())[Symbol.asyncIterator]();
    expect((await events.next()).value).toEqual({ type: 'text', text: 'Hello' });
    await events.return?.();
    await server.hungUp;
  });

  test('without usage and with a refusal in place of content is text all the same', async () => {
    await using server = await startChatCompletionsServer(stream([chunk({ refusal: 'I cannot.' }, 'stop')]));
    expect(await collect(model(server.baseUrl).generate(request()))).toEqual([
      { type: 'text', text: 'I cannot.' },
    ]);
  });
});

describe('tool calls', () => {
  test('are put together by index when two of them are interleaved', async () => {
    const part = (index: number, json: string) =>
      chunk({ tool_calls: [{ index, function: { arguments: json } }] });
    const open = (index: number, id: string, name: string) =>
      chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] });
    await using server = await startChatCompletionsServer(
      stream(
        [
          chunk({ content: 'One moment. ' }),
          open(1, 'call_b', 'refund'),
          open(0, 'call_a', 'find_order'),
          part(0, '{"order":'),
          part(1, '{"amo'),
          part(0, '"LM1"}'),
          part(1, 'unt":5}'),
          chunk({}, 'tool_calls'),
          usageChunk(1, 2),
        ],
        5,
      ),
    );
    expect((await collect(model(server.baseUrl).generate(request()))).slice(1)).toEqual([
      { type: 'tool_call', id: 'call_a', name: 'find_order', arguments: '{"order":"LM1"}' },
      { type: 'tool_call', id: 'call_b', name: 'refund', arguments: '{"amount":5}' },
      { type: 'usage', inputTokens: 1, outputTokens: 2 },
    ]);
  });
});

describe('the request', () => {
  test('carries the key, instructions with reference material, the conversation, and the tools', async () => {
    await using server = await startChatCompletionsServer(stream([chunk({ content: 'ok' }, 'stop')]));
    const parameters = { type: 'object', properties: { order: { type: 'string' } } };
    const passage = { article: 'a', title: 'Tracking', text: 'Use the link.', position: 0, score: 1 };
    await collect(
      model(server.baseUrl).generate(
        request({
          messages: [
            { role: 'user', content: 'Where is it?' },
            {
              role: 'assistant',
              content: '',
              toolCalls: [{ id: 'c1', name: 'find_order', arguments: '{}' }],
            },
            { role: 'tool', toolCallId: 'c1', content: 'in Leeds' },
            { role: 'assistant', content: 'In Leeds.' },
          ],
          tools: [{ name: 'find_order', description: 'Finds an order', parameters }],
          passages: [passage],
        }),
      ),
    );
    const seen = server.seen[0]!;
    expect(seen).toMatchObject({ path: '/v1/chat/completions', authorization: 'Bearer sk-secret' });
    expect(seen.body).toMatchObject({
      model: 'test-model',
      stream: true,
      stream_options: { include_usage: true },
      tools: [
        { type: 'function', function: { name: 'find_order', description: 'Finds an order', parameters } },
      ],
    });
    const [system, ...rest] = seen.body.messages;
    expect(system.role).toBe('system');
    expect(system.content).toMatch(/^Be brief\.[\s\S]*## Tracking\nUse the link\.$/);
    expect(rest).toEqual([
      { role: 'user', content: 'Where is it?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'find_order', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'in Leeds' },
      { role: 'assistant', content: 'In Leeds.' },
    ]);
  });

  test('has no tools and no system message when there are none', async () => {
    await using server = await startChatCompletionsServer(stream([chunk({ content: 'ok' }, 'stop')]));
    await collect(model(server.baseUrl).generate(request({ instructions: '' })));
    expect(server.seen[0]?.body).not.toHaveProperty('tools');
    expect(server.seen[0]?.body.messages).toEqual([{ role: 'user', content: 'Where is my parcel?' }]);
  });
});

describe('a failure of the provider', () => {
  test.each([
    [400, 'INVALID_ARGUMENT'],
    [401, 'PERMISSION_DENIED'],
    [403, 'PERMISSION_DENIED'],
    [404, 'NOT_FOUND'],
    [429, 'RESOURCE_EXHAUSTED'],
    [500, 'UNAVAILABLE'],
    [503, 'UNAVAILABLE'],
  ])('with status %i is %s and names the model', async (status, code) => {
    await using server = await startChatCompletionsServer(refuse(status, 'the provider says sk-secret'));
    const error = await failure(model(server.baseUrl).generate(request()));
    expect(error.code).toBe(code);
    expect(error.message).toContain('openai/test-model');
    expect(error.cause).toBeInstanceOf(Error);
  });

  test('never repeats the provider about a refused key', async () => {
    await using server = await startChatCompletionsServer(
      refuse(401, 'Incorrect API key provided: sk-secret'),
    );
    expect((await failure(model(server.baseUrl).generate(request()))).message).not.toContain('sk-');
  });

  test.each([429, 500, 503])(
    'with status %i is retried before the first byte, as often as allowed',
    async (status) => {
      await using server = await startChatCompletionsServer(
        (response) => {
          response.writeHead(status, { 'retry-after-ms': '1' }).end('{}');
        },
        stream([chunk({ content: 'second' }, 'stop')]),
      );
      expect(textOf(await collect(model(server.baseUrl, 1).generate(request())))).toBe('second');
      expect(server.seen).toHaveLength(2);
    },
  );

  test.each(['end', 'reset'] as const)(
    'that cuts the answer (%s) is UNAVAILABLE, not a short answer',
    async (how) => {
      await using server = await startChatCompletionsServer(
        breakOff([chunk({ content: 'Half an ans' })], how),
      );
      expect((await failure(model(server.baseUrl).generate(request()))).code).toBe('UNAVAILABLE');
    },
  );

  test.each([
    ['length', 'RESOURCE_EXHAUSTED', /cut at its length limit/],
    ['content_filter', 'PERMISSION_DENIED', /content filter/],
  ])('that ends the answer for its %s is %s, after what had come', async (reason, code, message) => {
    const half = { tool_calls: [{ index: 0, id: 'c', function: { name: 'pay', arguments: '{"a' } }] };
    await using server = await startChatCompletionsServer(
      stream([chunk({ content: 'Half an ans' }), chunk(half, reason), usageChunk(3, 4)]),
    );
    const events: unknown[] = [];
    const read = async () => {
      for await (const event of model(server.baseUrl).generate(request())) events.push(event);
    };
    await expect(read()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(events).toEqual([
      { type: 'text', text: 'Half an ans' },
      { type: 'usage', inputTokens: 3, outputTokens: 4 },
    ]);
  });

  test('sent inside the stream is UNAVAILABLE', async () => {
    await using server = await startChatCompletionsServer(
      stream([chunk({ content: 'Half' }), { error: { message: 'overloaded' } }]),
    );
    expect((await failure(model(server.baseUrl).generate(request()))).code).toBe('UNAVAILABLE');
  });

  test('to send JSON is PROTOCOL', async () => {
    await using server = await startChatCompletionsServer(malformed());
    expect((await failure(model(server.baseUrl).generate(request()))).code).toBe('PROTOCOL');
  });

  test('to be there, or to begin in time, is UNAVAILABLE', async () => {
    expect((await failure(model('http://127.0.0.1:9/v1').generate(request()))).code).toBe('UNAVAILABLE');
    await using server = await startChatCompletionsServer(() => {});
    const impatient = openAiModel('m', {
      apiKey: 'k',
      baseUrl: server.baseUrl,
      maxRetries: 0,
      timeoutMs: 50,
    });
    expect((await failure(impatient.generate(request()))).code).toBe('UNAVAILABLE');
  });
});

describe('an abort', () => {
  test('in mid-stream ends the answer with CANCELLED and hangs up', async () => {
    await using server = await startChatCompletionsServer(stall([chunk({ content: 'Hel' })]));
    const caller = new AbortController();
    const events = model(server.baseUrl)
      .generate(request({ signal: caller.signal }))
      [Symbol.asyncIterator]();
    await events.next();
    const next = events.next();
    caller.abort();
    await expect(next).rejects.toMatchObject({ code: 'CANCELLED' });
    await server.hungUp;
  });

  test('before the first byte, or before the request, is CANCELLED', async () => {
    await using server = await startChatCompletionsServer(() => caller.abort());
    const caller = new AbortController();
    expect((await failure(model(server.baseUrl).generate(request({ signal: caller.signal })))).code).toBe(
      'CANCELLED',
    );
    expect((await failure(model(server.baseUrl).generate(request({ signal: caller.signal })))).code).toBe(
      'CANCELLED',
    );
    expect(server.seen).toHaveLength(1);
  });

  test('with a reason of its own, such as a deadline, is reported as that', async () => {
    await using server = await startChatCompletionsServer(() =>
      caller.abort(new BatonError('DEADLINE_EXCEEDED', 'late')),
    );
    const caller = new AbortController();
    const error = await failure(model(server.baseUrl).generate(request({ signal: caller.signal })));
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED', message: 'late' });
  });
});
