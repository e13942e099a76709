import { describe, expect, it, vi } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { tool } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { echoModel, scriptedModel } from '../../../src/testing/models.ts';
import { BatonError } from '../../../src/wire/error.ts';
import { says, waitingModel } from '../support/models.ts';

describe('an agent', () => {
  it.each(['', 'a.b', '*', 'A', 'x'.repeat(64), undefined, null, 7])('cannot be named %j', (name) => {
    expect(() => new BaseAgent({ name: name as string })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('agent name') }),
    );
  });

  it.each([
    { concurrency: 0 },
    { concurrency: 1.5 },
    { maxTurns: -1 },
    { maxTurns: Number.NaN },
    { model: 'gpt' },
    { model: 'nobody/x' },
    { model: 5 },
    { model: {} },
    { model: { name: 'acme/x' } },
    { knowledge: 5 },
    { knowledge: {} },
    { skils: {} },
  ])('cannot be made with %j', (options) => {
    const [option = ''] = Object.keys(options);
    expect(() => new BaseAgent({ name: 'x', ...(options as object) })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(option) }),
    );
  });

  it('answers a question, or a whole conversation, without any mesh', async () => {
    const model = scriptedModel('It is here.');
    const agent = new BaseAgent({ name: 'desk', instructions: 'Be kind.', model });
    const result = await agent.run('where is it?');
    expect(result).toMatchObject({
      success: true,
      response: 'It is here.',
      agent: 'desk',
      handoffs: [],
      insights: {},
      fallback: false,
    });
    await agent.run([
      { role: 'user', content: 'a' },
      { role: 'assistant', content: 'b' },
      { role: 'user', content: null },
      { role: 'user', content: [{ type: 'text', text: 'c' }] },
    ]);
    expect(model.requests[0]).toMatchObject({ instructions: 'Be kind.', tools: [], passages: [] });
    expect(model.requests[1]?.messages.map(({ role, content }) => [role, content])).toEqual([
      ['user', 'a'],
      ['assistant', 'b'],
      ['user', 'c'],
    ]);
  });

  it('counts an empty answer as an answer', async () => {
    expect(await new BaseAgent({ name: 'x', model: scriptedModel('') }).run('q')).toMatchObject({
      success: true,
      response: '',
    });
  });

  it('without a model says that it has none', async () => {
    expect((await new BaseAgent({ name: 'x' }).run('q')).error).toMatchObject({
      code: 'FAILED_PRECONDITION',
    });
  });

  it.each([
    [new BatonError('RESOURCE_EXHAUSTED', 'slow down'), 'RESOURCE_EXHAUSTED'],
    [new Error('x'), 'INTERNAL'],
    ['text', 'INTERNAL'],
    [undefined, 'INTERNAL'],
    [Object.create(null), 'INTERNAL'],
  ])('gives one result when its model throws %s', async (thrown, code) => {
    const model = scriptedModel(() => {
      throw thrown;
    });
    expect(await new BaseAgent({ name: 'x', model }).run('q')).toMatchObject({
      success: false,
      response: null,
      error: { code },
    });
  });

  it('gives each run an id and a conversation of its own, unless one is continued', async () => {
    const agent = new BaseAgent({ name: 'x', model: echoModel() });
    const [a, b, c] = await Promise.all([
      agent.run('1'),
      agent.run('2'),
      agent.run('3', { conversation: 'c-7' }),
    ]);
    expect(new Set([a.id, b.id, c.id]).size).toBe(3);
    expect(a.conversation).not.toBe(b.conversation);
    expect(c.conversation).toBe('c-7');
  });

  it.each([
    [{ timeoutMs: 0 }, 'timeoutMs'],
    [{ timeoutMs: Number.NaN }, 'timeoutMs'],
    [{ timeoutMs: 86_400_001 }, 'timeoutMs'],
    [{ maxHops: 0 }, 'maxHops'],
    [{ maxHops: 1.5 }, 'maxHops'],
    [{ conversation: '' }, 'conversation'],
    [{ conversation: 'x'.repeat(129) }, 'conversation'],
  ])('refuses the option %j by its name', async (options, name) => {
    const agent = new BaseAgent({ name: 'x', model: echoModel() });
    await expect(agent.run('q', options)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(`"${name}"`),
    });
  });

  it('ends at its deadline although its model ignores it', async () => {
    const model = scriptedModel(async function* () {
      yield* says('one ');
      await new Promise(() => {});
    });
    const agent = new BaseAgent({ name: 'x', model });
    vi.useFakeTimers();
    try {
      const asked = agent.run('q', { timeoutMs: 2000 });
      await vi.advanceTimersByTimeAsync(1999);
      await vi.advanceTimersByTimeAsync(1);
      expect((await asked).error).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('ends when it is cancelled, for the reason it is given', async () => {
    for (const [reason, code] of [
      [undefined, 'CANCELLED'],
      [new BatonError('PAYMENT_REQUIRED', 'x'), 'PAYMENT_REQUIRED'],
    ] as const) {
      const { model, wasAborted } = waitingModel();
      const stop = new AbortController();
      const asked = new BaseAgent({ name: 'x', model }).run('q', { signal: stop.signal });
      await vi.waitFor(() => expect(model.requests).toHaveLength(1));
      stop.abort(reason);
      expect((await asked).error?.code).toBe(code);
      expect(wasAborted()).toBe(true);
    }
  });

  it('does not warn or leak when many runs share one signal', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    const { signal } = new AbortController();
    const agent = new BaseAgent({ name: 'x', model: echoModel() });
    await Promise.all(Array.from({ length: 50 }, () => agent.run('q', { signal })));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it('tells the mesh what it is in its card', () => {
    class Desk extends Skill {
      @tool
      look() {}
    }
    const agent = new BaseAgent({
      name: 'desk',
      description: 'Helps.',
      version: '2.0.0',
      skills: { desk: new Desk() },
    });
    expect(agent.card('acme')).toEqual({
      name: 'desk',
      owner: 'acme',
      description: 'Helps.',
      version: '2.0.0',
      skills: ['desk'],
      tools: [{ name: 'look', description: undefined }],
      handoffs: [],
    });
  });
});

it('answers from its knowledge when it is given no model', () => {
  const knowledge = { topics: [], search: () => [] };
  expect(new BaseAgent({ name: 'desk', knowledge }).model?.name).toBe('local/extractive');
  expect(new BaseAgent({ name: 'desk' }).model).toBeUndefined();
});
