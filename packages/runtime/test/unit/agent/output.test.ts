import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook, tool } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { extractiveModel } from '../../../src/model/extractive.ts';
import { echoModel, scriptedModel } from '../../../src/testing/models.ts';
import { answered, fakePort, memoryLog } from '../support/fake-port.ts';
import { says } from '../support/models.ts';

const Bill = z.object({ total: z.int(), currency: z.string().default('USD') });
const GOOD = '{"total": 5, "extra": 1}';
const READ = { total: 5, currency: 'USD' };

/** The texts an agent streamed, and its result. */
async function streamed(agent: BaseAgent) {
  const texts: string[] = [];
  for await (const event of agent.stream('what do I owe?')) {
    if (event.type === 'text') texts.push(event.text);
    if (event.type === 'result') return { texts, result: event.result };
  }
  return expect.unreachable();
}

describe('an agent with an output schema', () => {
  it('asks the model for its form, and gives the checked value and its text, streamed as a whole', async () => {
    const model = scriptedModel(says('{"total"', ': 5, "extra": 1}'));
    const { texts, result } = await streamed(new BaseAgent({ name: 'x', model, output: Bill }));
    expect(result).toMatchObject({ success: true, data: READ, response: JSON.stringify(READ) });
    expect(texts).toEqual([JSON.stringify(READ)]);
    expect(model.requests[0]?.output).toMatchObject({
      name: 'answer',
      schema: { type: 'object', properties: { total: { type: 'integer' } }, required: ['total'] },
    });
  });

  it.each([
    ['a wrong field', '{"total": "five"}', 'total'],
    ['no JSON', 'You owe 5 dollars.', 'It is no JSON'],
    ['two blocks of JSON', '```\n{"total":5}\n```\nor\n```\n{"total":6}\n```', 'It is no JSON'],
    ['another value', '[5]', 'expected object'],
  ])('tells the model about %s, shows nothing of it, and takes its next answer', async (_what, bad, told) => {
    const model = scriptedModel(bad, GOOD);
    const { texts, result } = await streamed(new BaseAgent({ name: 'x', model, output: Bill }));
    expect([texts, result.data]).toEqual([[JSON.stringify(READ)], READ]);
    expect(model.requests[1]?.messages.slice(1)).toEqual([
      { role: 'assistant', content: bad },
      { role: 'user', content: expect.stringContaining(told) },
    ]);
  });

  it.each([
    '```json\n{"total": 5}\n```',
    'Here it is:\n\n```\n{\n  "total": 5\n}\n```\nAnything else?\n',
    '```JSON \r\n{"total": 5, "currency": "USD"}\r\n```',
  ])('takes JSON that stands in a fenced block: %j', async (answer) => {
    const { texts, result } = await streamed(
      new BaseAgent({ name: 'x', model: scriptedModel(answer), output: Bill, maxTurns: 1 }),
    );
    expect([texts, result.data]).toEqual([[JSON.stringify(READ)], READ]);
  });

  it('fails when no answer fits within its turns, naming the field', async () => {
    const model = scriptedModel('{"total": "five"}');
    const { texts, result } = await streamed(new BaseAgent({ name: 'x', model, output: Bill, maxTurns: 3 }));
    expect(result).toMatchObject({ success: false, response: null, error: { code: 'RESOURCE_EXHAUSTED' } });
    expect(result.error?.message).toMatch(/in 3 turns.*"total": Invalid input: expected (int|number)/);
    expect([texts, 'data' in result, model.requests.length]).toEqual([[], false, 3]);
  });

  it('may use tools on the way; what is said beside a call is no part of the answer', async () => {
    class Desk extends Skill {
      @tool
      look() {
        return 5;
      }
    }
    const model = scriptedModel(
      [...says('Let me look.'), { type: 'tool_call', id: '1', name: 'look', arguments: '' }],
      GOOD,
    );
    const agent = new BaseAgent({ name: 'x', model, output: Bill, skills: { desk: new Desk() } });
    expect(await streamed(agent)).toMatchObject({ texts: [JSON.stringify(READ)], result: { data: READ } });
  });

  it('checks what the on_chunk hooks leave, and shows the value to later hooks', async () => {
    const seen: unknown[] = [];
    class Redact extends Skill {
      @hook('on_chunk')
      hide(context: Context) {
        context.chunk = context.chunk.replace('5', '0');
      }

      @hook('finalize_connection')
      last({ result }: Context) {
        seen.push(result?.data);
      }
    }
    const agent = new BaseAgent({
      name: 'x',
      model: scriptedModel(GOOD),
      output: Bill,
      skills: { r: new Redact() },
    });
    expect((await agent.run('q')).data).toEqual({ ...READ, total: 0 });
    expect(seen).toEqual([{ ...READ, total: 0 }]);
  });

  it('gives what the schema makes of the answer, as JSON would carry it', async () => {
    const output = z.object({ day: z.string().transform((text) => new Date(text)) });
    const agent = new BaseAgent({ name: 'x', model: scriptedModel('{"day":"2026-01-01"}'), output });
    expect((await agent.run('q')).data).toEqual({ day: '2026-01-01T00:00:00.000Z' });
    const big = z.object({ n: z.int().transform(BigInt) });
    const { error } = await new BaseAgent({ name: 'x', model: scriptedModel('{"n":1}'), output: big }).run(
      'q',
    );
    expect(error).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining('output schema') });
  });

  it('passes on what another agent answers as it is', async () => {
    class Rules extends Skill {
      @handoff('billing')
      always() {
        return true;
      }
    }
    const front = (data: unknown, rules: Skill = new Rules()) => {
      const agent = new BaseAgent({
        name: 'front',
        model: scriptedModel(GOOD),
        output: Bill,
        skills: { rules },
      });
      agent.attach(fakePort({ answer: (order) => answered(order, { data }) }), memoryLog());
      return agent.run('q');
    };
    expect(await front({ other: 1 })).toMatchObject({ response: 'billing answers', data: { other: 1 } });
    class Replaces extends Rules {
      @hook('after_handoff')
      after(context: Context) {
        context.handoffResult = { success: true, response: 'mine' };
      }
    }
    const replaced = await front({ other: 1 }, new Replaces());
    expect([replaced.response, 'data' in replaced]).toEqual(['mine', false]);
  });
});

describe('an output schema', () => {
  it.each([
    ['no schema', {} as z.ZodType],
    ['a list', z.array(z.string())],
    ['a choice of objects', z.union([Bill, z.object({ none: z.null() })])],
    ['a date', z.object({ day: z.date() })],
  ])('that is %s is refused when the agent is made', (_what, output) => {
    expect(() => new BaseAgent({ name: 'x', model: echoModel(), output })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/^agent option "output" must be a zod schema/),
      }),
    );
  });

  it.each([
    ['a model that is none for language', { model: extractiveModel() }, 'local/extractive is not'],
    ['no model', {}, 'this agent has not'],
  ])('of an agent with %s is refused when the agent is made', (_what, options, why) => {
    expect(() => new BaseAgent({ name: 'x', output: Bill, ...options })).toThrow(
      expect.objectContaining({ code: 'FAILED_PRECONDITION', message: expect.stringContaining(why) }),
    );
  });
});
