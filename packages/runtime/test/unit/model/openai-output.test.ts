import { expect, it } from 'vitest';
import { z } from 'zod';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { openAiModel } from '../../../src/model/openai.ts';
import {
  breakOff,
  chunk,
  startChatCompletionsServer,
  stream,
  usageChunk,
} from '../../support/chat-completions-server.ts';

const Bill = z.object({ lines: z.array(z.object({ cents: z.int() })) });
const FITTING = '{"lines":[{"cents":5}]}';

const agent = (baseUrl: string, output: z.ZodType) =>
  new BaseAgent({ name: 'x', model: openAiModel('m', { apiKey: 'k', baseUrl, maxRetries: 0 }), output });

const says = (content: string) => stream([chunk({ content }), chunk({}, 'stop'), usageChunk(10, 1)]);

it.each([
  ['strictly, every object closed, where the schema allows it', {}, true],
  ['loosely where a property is optional', { note: z.string().optional() }, false],
  ['loosely where a keyword is not known to strict mode', { note: z.string().min(1).or(z.null()) }, false],
])('a form is asked for %s', async (_how, more, strict) => {
  await using server = await startChatCompletionsServer(says(FITTING));
  await agent(server.baseUrl, Bill.extend(more)).run('q');
  const { type, json_schema } = server.seen[0]?.body.response_format ?? {};
  expect({ type, ...json_schema }).toMatchObject({
    ...{ type: 'json_schema', name: 'answer', strict },
    schema: { type: 'object', properties: { lines: { type: 'array' } } },
  });
  const { schema } = json_schema;
  const closed = [schema.additionalProperties, schema.properties.lines.items.additionalProperties];
  expect(closed).toEqual(strict ? [false, false] : [undefined, undefined]);
});

it('an answer that does not fit goes back to the model with what is wrong, and both turns are counted', async () => {
  await using server = await startChatCompletionsServer(says('{"lines":[{"cents":"5"}]}'), says(FITTING));
  const { data, usage } = await agent(server.baseUrl, Bill).run('q');
  expect(data).toEqual(JSON.parse(FITTING));
  expect(usage).toEqual({ inputTokens: 20, outputTokens: 2, modelCalls: 2 });
  expect(server.seen[1]?.body.messages.slice(1)).toEqual([
    { role: 'assistant', content: '{"lines":[{"cents":"5"}]}' },
    { role: 'user', content: expect.stringContaining('lines[0].cents') },
  ]);
});

it('a form is no part of a request without one', async () => {
  await using server = await startChatCompletionsServer(says('hi'));
  const model = openAiModel('m', { apiKey: 'k', baseUrl: server.baseUrl });
  await new BaseAgent({ name: 'x', model }).run('q');
  expect(server.seen[0]?.body).not.toHaveProperty('response_format');
});

it('a stream that breaks off fails the run, which tells what was used until then', async () => {
  await using server = await startChatCompletionsServer(
    breakOff([chunk({ content: FITTING }), usageChunk(9, 2)], 'end'),
  );
  expect(await agent(server.baseUrl, Bill).run('q')).toMatchObject({
    ...{ success: false, response: null, error: { code: 'UNAVAILABLE' } },
    usage: { inputTokens: 9, outputTokens: 2, modelCalls: 1 },
  });
});
