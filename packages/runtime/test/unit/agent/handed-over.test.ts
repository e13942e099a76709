import { describe, expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook } from '../../../src/agent/decorators.ts';
import { checkJsonFields } from '../../../src/agent/json-fields.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { HandoffError } from '../../../src/wire/error.ts';
import type { HandoffResult } from '../../../src/wire/result.ts';
import { answered, type FakePortOptions, fakePort, memoryLog } from '../support/fake-port.ts';

function agentWhose(before: (context: Context) => unknown, options: FakePortOptions = {}) {
  const seen: (HandoffResult['error'] | undefined)[] = [];
  class Routing extends Skill {
    @handoff('desk', { metadata: { timeout: 30 }, fallback: ['second'] })
    always() {
      return true;
    }

    @hook('before_handoff')
    before(context: Context) {
      return before(context);
    }

    @hook('after_handoff')
    after({ handoffResult }: Context) {
      seen.push(handoffResult?.error);
    }
  }
  const agent = new BaseAgent({ name: 'front', skills: { routing: new Routing() } });
  const port = fakePort(options);
  agent.attach(port, memoryLog());
  return { agent, port, seen };
}

const circle: Record<string, unknown> = { a: 1 };
circle.me = [circle];

describe('what JSON cannot hold', () => {
  const unfit: [string, unknown, string][] = [
    ['a BigInt', { price: 10n }, '"handoffContext.price" is a bigint'],
    ['a BigInt further in', { a: [{ b: 1n }] }, '"handoffContext.a.0.b" is a bigint'],
    ['a function', { act: () => 1 }, '"handoffContext.act" is a function'],
    ['a symbol', { s: Symbol('s') }, '"handoffContext.s" is a symbol'],
    ['a circle', circle, '"handoffContext.me.0" holds itself'],
    ['NaN', { n: Number.NaN }, '"handoffContext.n" is NaN'],
    ['a Map', { m: new Map([[1, 2]]) }, '"handoffContext.m" is a Map'],
    ['a promise nobody awaited', { customer: Promise.resolve(1) }, '"handoffContext.customer" is a Promise'],
    ['what cannot be written', { x: { toJSON: () => 1n } }, '"handoffContext.x"'],
    ['null', null, '"handoffContext" must be an object'],
    ['a text', 'facts', '"handoffContext" must be an object'],
    ['an array', [1], '"handoffContext" must be an object'],
  ];
  it.each(unfit)('is refused before anything is published, by its key: %s', async (_what, value, message) => {
    const { agent, port, seen } = agentWhose((context) => {
      context.handoffContext = value as Record<string, unknown>;
    });
    const { error } = await agent.run('q');
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) });
    expect(port.orders).toEqual([]);
    expect(seen.map((each) => each?.code)).toEqual(['INVALID_ARGUMENT', 'INVALID_ARGUMENT']);
  });

  it('is refused in the metadata, in a question of a tool, and in what an agent has learnt', async () => {
    const metadata = agentWhose(({ handoffMetadata }) => {
      handoffMetadata.price = 1n;
    });
    expect((await metadata.agent.run('q')).error?.message).toContain('"handoffMetadata.price"');

    class Ask extends Skill {
      @hook('on_message')
      async ask(context: Context) {
        context.set('asked', await context.query('desk', 'q', { context: { price: 1n } }));
        context.insights.asked = context.get('asked');
        context.insights.price = 1n;
      }
    }
    const agent = new BaseAgent({ name: 'x', model: 'local/extractive', skills: { ask: new Ask() } });
    agent.attach(fakePort(), memoryLog());
    const result = await agent.run('q');
    expect(result.handoffs[0]?.error?.message).toContain('"context.price"');
    expect(result).toMatchObject({
      success: false,
      insights: {},
      error: { code: 'INVALID_ARGUMENT', message: expect.stringContaining('"insights.price"') },
    });
  });

  it('is not what JSON has a form for: dates, gaps, empty things, one object twice', () => {
    const one = { a: 1 };
    const fit = { when: new Date(0), gap: undefined, none: null, list: [], object: {}, one, again: one };
    expect(() => checkJsonFields('x', fit)).not.toThrow();
    expect(() => checkJsonFields('x', Object.create(null))).not.toThrow();
  });
});

describe('a hook that writes handoffAgent', () => {
  it.each([[7], [null], [undefined], [{}]])(
    'with %j is refused, and the record still names the target',
    async (to) => {
      const { agent, port } = agentWhose((context) => {
        context.handoffAgent = to as unknown as string;
      });
      const result = await agent.run('q');
      expect(result.error).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: '"handoffAgent" must be the name of an agent',
      });
      expect(result.handoffs.map((record) => record.to)).toEqual(['desk', 'second']);
      expect(port.orders).toEqual([]);
    },
  );

  it('has the new target checked as the first one was, and refused for what it is', async () => {
    const check: FakePortOptions['check'] = ({ target }) => {
      if (target === 'closed') throw new HandoffError('closed today', { code: 'UNAVAILABLE', target });
    };
    const { agent, port } = agentWhose(
      (context) => {
        context.handoffAgent = 'closed';
      },
      { check },
    );
    expect((await agent.run('q')).error).toMatchObject({ code: 'UNAVAILABLE', target: 'closed' });
    expect(port.checked).toEqual(['desk', 'closed', 'second', 'closed']);
    expect(port.orders).toEqual([]);
  });
});

it('does not carry what a hook wrote for one target to the next', async () => {
  const { agent, port } = agentWhose(
    (context) => {
      if (context.handoffAgent === 'desk') context.handoffContext.secret = 'for the desk';
    },
    { answer: (order) => answered(order, order.target === 'desk' ? { success: false, response: null } : {}) },
  );
  expect((await agent.run('q')).agent).toBe('second');
  expect(port.orders.map(({ context }) => context)).toEqual([{ secret: 'for the desk' }, {}]);
});

it('carries to every target what was written before any of them was chosen', async () => {
  class Early extends Skill {
    @hook('on_message')
    write({ handoffContext }: Context) {
      handoffContext.language = 'de';
    }

    @handoff('desk', { fallback: ['second'] })
    always() {
      return true;
    }
  }
  const agent = new BaseAgent({ name: 'front', skills: { early: new Early() } });
  const port = fakePort({ answer: (order) => answered(order, { success: false, response: null }) });
  agent.attach(port, memoryLog());
  await agent.run('q');
  expect(port.orders.map(({ context }) => context)).toEqual([{ language: 'de' }, { language: 'de' }]);
});
