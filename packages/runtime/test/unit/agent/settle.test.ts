import { describe, expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook, tool } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { HandoffError } from '../../../src/wire/error.ts';
import { parseAddress } from '../../../src/wire/name.ts';
import { type HandoffOutcome, RunResult } from '../../../src/wire/result.ts';
import { answered, fakePort, memoryLog } from '../support/fake-port.ts';

/** An agent that hands off to `desk`, which answers "T." and knows a value; `after` is its after_handoff hook. */
function looksAt(after: (context: Context) => void) {
  class Routing extends Skill {
    @handoff('desk')
    always() {
      return true;
    }

    @hook('after_handoff')
    after(context: Context) {
      after(context);
    }
  }
  const agent = new BaseAgent({ name: 'front', skills: { routing: new Routing() } });
  const log = memoryLog();
  const told = { response: 'T.', data: { secret: 'T.' }, insights: { mood: 'good' } };
  agent.attach(fakePort({ answer: (order) => answered(order, told) }), log);
  return { log, ask: () => agent.run('q') };
}

const replacedBy = (outcome: unknown) =>
  looksAt((context) => {
    context.handoffResult = outcome as HandoffOutcome;
  });

const changedBy = (change: (result: Record<string, unknown>) => void) =>
  looksAt((context) => change(context.handoffResult as unknown as Record<string, unknown>));

const REFUSED = { success: false, response: null, error: { code: 'FAILED_PRECONDITION' } };

describe('what an after_handoff hook left', () => {
  it.each<[object, object]>([
    [
      { fallback: undefined, insights: undefined },
      { fallback: false, insights: {} },
    ],
    [
      { fallback: null, insights: null, data: undefined },
      { fallback: false, insights: {} },
    ],
    [{ fallback: 'yes' }, { fallback: true }],
    [{ fallback: 1 }, { fallback: true }],
    [{ agent: 7 }, { agent: 'desk' }],
    [{ agent: null }, { agent: 'desk' }],
    [{ agent: 'canned' }, { agent: 'canned' }],
    [{ insights: 'many' }, { insights: {} }],
    [{ insights: ['many'] }, { insights: {} }],
    [{ error: 'none' }, {}],
    [{ handoffs: 5, durationMs: 'long', usage: 'much', transferred: true, spent: 3 }, {}],
  ])('keeps its answer, whatever else is in it: %j', async (rest, expected) => {
    const result = await replacedBy({ success: true, response: 'mine', ...rest }).ask();
    expect(result).toMatchObject({ success: true, response: 'mine', agent: 'desk', ...expected });
    expect(RunResult.safeParse(result).error).toBeUndefined();
    expect(result).not.toHaveProperty('data');
    expect(result).not.toHaveProperty('error');
    expect(result).not.toHaveProperty('transferred');
    expect(result.handoffs).toMatchObject([{ to: 'desk', success: true }]);
  });

  it.each([
    ['insights', { insights: { total: 5n } }, '"insights.total" is a bigint'],
    ['data', { data: { total: 5n } }, '"data.total" is a bigint'],
  ])('loses %s that JSON cannot hold, named in the log, and not its answer', async (field, rest, problem) => {
    const { ask, log } = replacedBy({ success: true, response: 'mine', ...rest });
    const result = await ask();
    expect(result).toMatchObject({ success: true, response: 'mine', insights: {} });
    expect(JSON.parse(JSON.stringify(result))).not.toHaveProperty('data');
    expect(log.lines).toContainEqual(
      expect.objectContaining({ field, problem: expect.stringContaining(problem) }),
    );
  });

  it('is the value of its answer when it brings one', async () => {
    expect(await replacedBy({ success: true, response: '[1]', data: [1] }).ask()).toMatchObject({
      data: [1],
    });
  });

  it.each<[string, object]>([
    ['without an error', {}],
    ['with an error that is a text', { error: 'no' }],
    ['with an error of a code that is none', { error: { code: 'NO', message: 'no', retryable: false } }],
    ['with a response that is no text', { response: 5 }],
    ['with the answer it turned down', { response: 'T.', data: { secret: 'T.' } }],
  ])('turns the answer down %s', async (_what, rest) => {
    const result = await replacedBy({ success: false, ...rest }).ask();
    expect(result).toMatchObject(REFUSED);
    expect(JSON.stringify(result)).not.toContain('T.');
    expect(RunResult.safeParse(result).error).toBeUndefined();
  });

  it('turns the answer down for the reason it names, as an error or as what an error says', async () => {
    const error = new HandoffError('moderated', { code: 'PERMISSION_DENIED' });
    for (const reason of [error, error.toJSON()]) {
      const result = await replacedBy({ success: false, error: reason, response: 'Ask me later.' }).ask();
      expect(result).toMatchObject({ success: false, response: 'Ask me later.', error: error.toJSON() });
      expect(Object.getPrototypeOf(result.error)).toBe(Object.prototype);
    }
  });
});

describe('a result changed in place', () => {
  it('is taken as it was when the change makes it none', async () => {
    const { ask, log } = changedBy((result) => {
      result.response = 5;
    });
    expect(await ask()).toMatchObject({
      success: true,
      response: 'T.',
      agent: 'desk',
      data: { secret: 'T.' },
    });
    expect(log.lines).toContainEqual(expect.objectContaining({ msg: expect.stringContaining('no result') }));
  });

  it('is a failure with an error, and without the answer, when it was turned down', async () => {
    const result = await changedBy((each) => {
      each.success = false;
    }).ask();
    expect(result).toMatchObject(REFUSED);
    expect(JSON.stringify(result)).not.toContain('T.');
    expect(result.handoffs).toMatchObject([{ to: 'desk', success: true }]);
  });

  it('counts', async () => {
    const result = await changedBy((each) => {
      each.response = 'T. And a word of mine.';
      each.fallback = 'yes';
    }).ask();
    expect(result).toMatchObject({
      response: 'T. And a word of mine.',
      fallback: true,
      insights: { mood: 'good' },
    });
  });

  it('is what it was when nothing was changed', async () => {
    expect(await changedBy(() => {}).ask()).toMatchObject({
      response: 'T.',
      data: { secret: 'T.' },
      insights: { mood: 'good' },
    });
  });
});

it('an answer that was turned down is not kept with what was said before it', async () => {
  const { ask } = looksAt((context) => {
    context.handoffResult = { success: false };
  });
  class Talks extends Skill {
    @hook('on_message')
    speak(context: Context) {
      context.say('One moment.');
    }
  }
  expect(await ask()).toMatchObject({ response: null });
  class Refuses extends Skill {
    @handoff('desk')
    always() {
      return true;
    }

    @hook('after_handoff')
    refuse(context: Context) {
      context.handoffResult = { success: false };
    }
  }
  const agent = new BaseAgent({ name: 'front', skills: { talks: new Talks(), refuses: new Refuses() } });
  agent.attach(fakePort({ answer: (order) => answered(order, { response: 'T.' }) }), memoryLog());
  expect(await agent.run('q')).toMatchObject({ success: false, response: 'One moment.' });
});

it('a question to what is no name is a failed handoff with a whole record', async () => {
  class Consult extends Skill {
    @tool
    async consult(_args: unknown, context: Context) {
      const results = [undefined, null, 7, {}, Symbol('x')].map((name) => context.query(name as never, 'q'));
      return (await Promise.all(results)).map(({ error }) => error?.code).join();
    }
  }
  const call = { type: 'tool_call', id: '1', name: 'consult', arguments: '{}' } as const;
  const model = scriptedModel([call], ({ messages }) => [
    { type: 'text', text: messages.at(-1)?.content ?? '' },
  ]);
  const agent = new BaseAgent({ name: 'front', model, skills: { consult: new Consult() } });
  agent.attach(fakePort({ check: ({ target }) => void parseAddress(target, 'test') }), memoryLog());
  const result = await agent.run('q');
  expect(result.response).toBe(Array(5).fill('INVALID_ARGUMENT').join());
  expect(result.handoffs).toHaveLength(5);
  expect(RunResult.safeParse(result).error).toBeUndefined();
});
