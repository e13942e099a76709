import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { tool } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import type { ModelEvent } from '../../../src/model/model.ts';
import { scriptedModel } from '../../../src/testing/models.ts';

const call = (name: string, args: unknown = {}, id = '1'): ModelEvent => ({
  type: 'tool_call',
  id,
  name,
  arguments: typeof args === 'string' ? args : JSON.stringify(args),
});

class Desk extends Skill {
  readonly calls: unknown[] = [];

  @tool({ description: 'Adds.', parameters: z.object({ a: z.number(), b: z.number().default(1) }) })
  add({ a, b }: { a: number; b: number }) {
    this.calls.push([a, b]);
    return a + b;
  }

  @tool
  async any(args: Record<string, unknown>) {
    this.calls.push(args);
    return args;
  }

  @tool
  fail() {
    throw new Error('the tool is broken');
  }

  @tool
  give({ what }: { what: string }): unknown {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const values: Record<string, unknown> = {
      circle,
      bigint: 10n,
      function: () => 1,
      symbol: Symbol('s'),
      undefined,
      null: null,
      text: 'plain',
      empty: '',
      date: new Date(0),
      nan: Number.NaN,
      map: { prices: new Map([['a', 1]]) },
    };
    return values[what];
  }
}

/** What the model was told after the calls of its first turn. */
async function told(...calls: ModelEvent[]) {
  const desk = new Desk();
  const model = scriptedModel(calls, 'done');
  const agent = new BaseAgent({ name: 'x', model, skills: { desk } });
  const result = await agent.run('q');
  const answers = model.requests[1]?.messages.filter(({ role }) => role === 'tool');
  return { desk, model, result, answers: answers?.map(({ content }) => content) };
}

describe('tools', () => {
  it('are offered to the model with their names, descriptions and schemas', async () => {
    const { model } = await told(call('any'));
    expect(model.requests[0]?.tools).toMatchObject([
      {
        name: 'add',
        description: 'Adds.',
        parameters: {
          type: 'object',
          properties: { a: { type: 'number' }, b: { type: 'number', default: 1 } },
          required: expect.arrayContaining(['a']),
        },
      },
      { name: 'any', parameters: { type: 'object' } },
      { name: 'fail' },
      { name: 'give' },
    ]);
  });

  it('are called several in one turn, and answered in the order of the calls, by their ids', async () => {
    const { model, desk, result } = await told(
      call('add', { a: 1, b: 2 }, 'one'),
      call('any', { z: 1 }, 'two'),
      call('add', { a: 5 }, 'three'),
    );
    expect(result).toMatchObject({ success: true, response: 'done' });
    expect(model.requests[1]?.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: '',
        toolCalls: [
          call('add', { a: 1, b: 2 }, 'one'),
          call('any', { z: 1 }, 'two'),
          call('add', { a: 5 }, 'three'),
        ],
      },
      { role: 'tool', toolCallId: 'one', content: '3' },
      { role: 'tool', toolCallId: 'two', content: '{"z":1}' },
      { role: 'tool', toolCallId: 'three', content: '6' },
    ]);
    expect(desk.calls).toEqual([[1, 2], { z: 1 }, [5, 1]]);
  });

  it.each([
    ['that is not there', call('nothing'), 'Error: there is no tool "nothing"'],
    ['that is on every prototype', call('constructor'), 'Error: there is no tool "constructor"'],
    ['that throws', call('fail'), 'Error: the tool is broken'],
    [
      'with a wrong argument',
      call('add', { a: 'one' }),
      'Error: argument "a": Invalid input: expected number, received string',
    ],
    [
      'with a missing argument',
      call('add', {}),
      'Error: argument "a": Invalid input: expected number, received undefined',
    ],
    [
      'with arguments that are a list',
      call('add', '[1]'),
      'Error: the arguments of the tool "add" must be a JSON object',
    ],
    [
      'without a schema, with arguments that are null',
      call('any', 'null'),
      'Error: the arguments of the tool "any" must be a JSON object',
    ],
    [
      'with arguments that are no JSON',
      call('add', '{"a":'),
      /^Error: the arguments of the tool "add" are no JSON/,
    ],
  ])('one %s is told to the model, which goes on', async (_what, wrong, message) => {
    const { answers, result } = await told(wrong);
    expect(answers).toHaveLength(1);
    expect(answers?.[0]).toMatch(message);
    expect(result).toMatchObject({ success: true, response: 'done' });
  });

  it('count no arguments as none', async () => {
    const { answers } = await told(call('any', ''));
    expect(answers).toEqual(['{}']);
  });

  it.each([
    ['text', 'plain'],
    ['empty', ''],
    ['null', 'null'],
    ['undefined', 'done'],
    ['date', '"1970-01-01T00:00:00.000Z"'],
    ['function', /^Error: the tool "give" returned what JSON cannot hold: "result" is a function/],
    ['symbol', /^Error: the tool "give" .*: "result" is a symbol/],
    ['nan', /^Error: the tool "give" .*: "result" is NaN/],
    ['map', /^Error: the tool "give" .*: "result.prices" is a Map, of which nothing would arrive/],
    ['circle', /^Error: the tool "give" .*: "result.self" holds itself/],
    ['bigint', /^Error: the tool "give" .*: "result" is a bigint/],
  ])('that return %s', async (what, text) => {
    const { answers } = await told(call('give', { what }));
    expect(answers?.[0]).toBeTypeOf('string');
    expect(answers?.[0]).toMatch(typeof text === 'string' ? new RegExp(`^${text}$`) : text);
  });
});

describe('a run with tools', () => {
  it('answers with everything that was said in all its turns', async () => {
    const model = scriptedModel([{ type: 'text', text: 'Let me look. ' }, call('any')], 'Found it.');
    const agent = new BaseAgent({ name: 'x', model, skills: { desk: new Desk() } });
    expect((await agent.run('q')).response).toBe('Let me look. Found it.');
  });

  it('has all tools of one turn in work at once', async () => {
    const waiting: (() => void)[] = [];
    class Meeting extends Skill {
      /** Comes back once all three are there. */
      @tool
      meet() {
        return new Promise<string>((resolve) => {
          waiting.push(() => resolve('met'));
          if (waiting.length === 3) for (const go of waiting) go();
        });
      }
    }
    const model = scriptedModel(
      [call('meet', {}, '1'), call('meet', {}, '2'), call('meet', {}, '3')],
      'done',
    );
    const agent = new BaseAgent({ name: 'x', model, skills: { meeting: new Meeting() } });
    expect((await agent.run('q')).response).toBe('done');
  });

  it('shows each request the conversation as it was then', async () => {
    const { model } = await told(call('any'));
    expect(model.requests.map(({ messages }) => messages.length)).toEqual([1, 3]);
  });

  it('ends after as many turns as it may take', async () => {
    const model = scriptedModel([call('any')]);
    const agent = new BaseAgent({ name: 'x', model, skills: { desk: new Desk() }, maxTurns: 3 });
    const result = await agent.run('q');
    expect(result.error).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      message: expect.stringContaining('3 times'),
    });
    expect(model.requests).toHaveLength(3);
  });

  it('keeps two tools of one name apart by refusing the agent', () => {
    class Other extends Skill {
      @tool
      any() {}
    }
    expect(() => new BaseAgent({ name: 'x', skills: { first: new Desk(), second: new Other() } })).toThrow(
      new TypeError('skills "first" and "second" both have a tool "any"'),
    );
    expect(() => new BaseAgent({ name: 'x', skills: { a: new Other(), b: new Other() } })).toThrow(TypeError);
  });
});
