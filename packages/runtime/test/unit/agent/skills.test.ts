import { describe, expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { getContext } from '../../../src/agent/context.ts';
import { hook, tool } from '../../../src/agent/decorators.ts';
import { Skill, type SkillOptions } from '../../../src/agent/skill.ts';
import type { ModelEvent } from '../../../src/model/model.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { answered, fakePort, memoryLog } from '../support/fake-port.ts';

class Plain extends Skill {
  readonly started: string[];

  constructor(options: SkillOptions & { name?: string; started?: string[] } = {}) {
    super(options);
    this.started = options.started ?? [];
    this.name = options.name ?? '';
  }

  readonly name: string;

  override initialize() {
    this.started.push(this.name);
  }
}

const call = (name: string): ModelEvent[] => [{ type: 'tool_call', id: '1', name, arguments: '' }];

describe('a skill', () => {
  class Asking extends Skill {
    readonly seen: unknown[] = [];

    @tool
    async consult() {
      const result = await this.query('desk', 'what now?');
      return result.response ?? 'nobody answered';
    }

    @tool
    async look() {
      await new Promise((resolve) => setTimeout(resolve, 1));
      this.seen.push(this.getContext().conversation, getContext().agentName);
    }

    fromOutside() {
      return this.query('desk', 'outside any run');
    }

    sibling() {
      return this.skill('other');
    }

    available(name: string) {
      return this.isAgentAvailable(name);
    }

    context() {
      return this.getContext();
    }
  }

  it('can be made before any agent, and used within another, whose agent it belongs to then', async () => {
    class Outer extends Skill {
      readonly inner = new Asking();

      @tool
      async consult() {
        return this.inner.consult();
      }
    }
    const outer = new Outer();
    expect(outer.inner.bound).toBe(false);
    const model = scriptedModel(call('consult'), ({ messages }) => [
      { type: 'text', text: messages.at(-1)?.content ?? '' },
    ]);
    const agent = new BaseAgent({ name: 'front', model, skills: { outer } });
    expect(outer.inner.bound).toBe(true);
    agent.attach(fakePort(), memoryLog());
    expect((await agent.run('q')).response).toBe('desk answers');
  });

  it('that two agents share is refused, naming both', () => {
    const shared = new Plain();
    new BaseAgent({ name: 'one', skills: { shared } });
    expect(() => new BaseAgent({ name: 'two', skills: { shared } })).toThrow(
      new TypeError('one Plain is used by two agents, "one" and "two"; give each its own'),
    );
  });

  it('that two agents share inside skills of their own is refused as well', () => {
    const shared = new Plain();
    class Outer extends Skill {
      readonly inner = shared;
    }
    new BaseAgent({ name: 'one', skills: { outer: new Outer() } });
    expect(() => new BaseAgent({ name: 'two', skills: { outer: new Outer() } })).toThrow(TypeError);
  });

  it('may know its siblings, and they it', () => {
    class Friend extends Skill {
      friend: Friend | undefined;
    }
    const [a, b] = [new Friend(), new Friend()];
    a.friend = b;
    b.friend = a;
    expect(() => new BaseAgent({ name: 'x', skills: { a, b } })).not.toThrow();
  });

  it('is one, although it stands under two keys', async () => {
    const turns: string[] = [];
    class Count extends Plain {
      @hook('on_message')
      count() {
        turns.push('hook');
      }

      @tool
      look() {}
    }
    const one = new Count({ name: 'one', started: turns });
    const needs = new Plain({ dependencies: ['b'] });
    await new BaseAgent({ name: 'x', model: scriptedModel('hi'), skills: { a: one, b: one, needs } }).run(
      'q',
    );
    expect(turns).toEqual(['one', 'hook']);
  });

  it('of one class under two keys is two, which must not offer one tool twice', async () => {
    const turns: string[] = [];
    class Count extends Skill {
      @hook('on_message')
      count() {
        turns.push('hook');
      }
    }
    class WithTool extends Skill {
      @tool
      look() {}
    }
    const skills = { a: new Count(), b: new Count() };
    await new BaseAgent({ name: 'x', model: scriptedModel('hi'), skills }).run('q');
    expect(turns).toEqual(['hook', 'hook']);
    expect(() => new BaseAgent({ name: 'x', skills: { a: new WithTool(), b: new WithTool() } })).toThrow(
      new TypeError('skills "a" and "b" both have a tool "look"'),
    );
  });

  it.each([
    [[new Plain()], /"skills" must be a record of skills by key/],
    [new Plain(), /"skills" must be a record|is no skill/],
    ['nli', /"skills" must be a record/],
    [{ desk: { handoffs: [] } }, /"skills.desk" is no skill; make one with .* defineSkill\(\)/],
    [{ desk: Plain }, /"skills.desk" is no skill/],
  ])('comes in a record: not %j', (skills, message) => {
    const make = () => new BaseAgent({ name: 'x', skills: skills as never });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });

  it('says what it lacks before it has an agent, a mesh, a run or a sibling', async () => {
    const alone = new Asking();
    const lacks = expect.objectContaining({ code: 'FAILED_PRECONDITION' });
    expect(() => alone.sibling()).toThrow(lacks);
    expect(() => alone.available('desk')).toThrow(lacks);
    expect(() => alone.context()).toThrow(lacks);
    expect(() => getContext()).toThrow(lacks);
    const agent = new BaseAgent({ name: 'x', skills: { alone } });
    expect(() => alone.sibling()).toThrow(/agent "x" has no skill "other"/);
    expect(() => alone.available('desk')).toThrow(/agent "x" is not on a mesh yet/);
    expect((await alone.fromOutside()).error?.code).toBe('FAILED_PRECONDITION');
    agent.attach(fakePort(), memoryLog());
    expect([alone.available('desk'), alone.available('dead')]).toEqual([true, false]);
    expect(await alone.fromOutside()).toMatchObject({ success: true, response: 'desk answers' });
  });

  it('finds the context of its own run after awaits, however many runs there are', async () => {
    const asking = new Asking();
    const model = scriptedModel(({ messages }) =>
      messages.at(-1)?.role === 'tool' ? [{ type: 'text', text: 'done' }] : call('look'),
    );
    const agent = new BaseAgent({ name: 'front', model, skills: { asking } });
    const conversations = ['c1', 'c2', 'c3'];
    await Promise.all(conversations.map((conversation) => agent.run('q', { conversation })));
    expect(asking.seen.filter((seen) => seen !== 'front').sort()).toEqual(conversations);
    expect(asking.seen.filter((seen) => seen === 'front')).toHaveLength(3);
    expect(() => asking.context()).toThrow();
  });

  it('keeps its author’s values to one run', async () => {
    const seen: unknown[] = [];
    class Count extends Skill {
      @hook('on_message')
      count() {
        const context = this.getContext();
        seen.push(context.get('n'), context.get('__proto__'), context.get('messages'));
        context.set('n', 1);
        context.set('messages', 'mine');
        seen.push(context.get('n'), context.messages.length);
      }
    }
    const agent = new BaseAgent({ name: 'x', model: scriptedModel('hi'), skills: { count: new Count() } });
    await agent.run('q');
    await agent.run('q');
    expect(seen).toEqual([undefined, undefined, undefined, 1, 1, undefined, undefined, undefined, 1, 1]);
  });
});

describe('questions a tool asks', () => {
  class Research extends Skill {
    @tool
    async research() {
      const context = this.getContext();
      const asked = ['slow', 'quick', 'broken'].map((name) => context.query(name, `ask ${name}`));
      return (await Promise.all(asked)).map(({ response }) => response);
    }

    @tool
    async short() {
      return (await this.query('desk', 'q', { timeout: 0 })).error;
    }
  }

  it('run side by side, come back in the order asked, and are recorded in the order they began', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const port = fakePort({
      answer: async (order) => {
        if (order.target === 'slow') await gate;
        if (order.target === 'broken') throw new Error('oops');
        // The quick one is back before the slow one is.
        if (order.target === 'quick') setImmediate(release);
        return answered(order);
      },
    });
    const model = scriptedModel(call('research'), ({ messages }) => [
      { type: 'text', text: messages.at(-1)?.content ?? '' },
    ]);
    const agent = new BaseAgent({ name: 'front', model, skills: { research: new Research() } });
    agent.attach(port, memoryLog());
    const result = await agent.run('q');
    expect(result.response).toBe('["slow answers","quick answers",null]');
    expect(result.handoffs.map(({ to, success }) => [to, success])).toEqual([
      ['slow', true],
      ['quick', true],
      ['broken', false],
    ]);
  });

  it('are refused with a typed result for a timeout that is none', async () => {
    const model = scriptedModel(call('short'), ({ messages }) => [
      { type: 'text', text: messages.at(-1)?.content ?? '' },
    ]);
    const agent = new BaseAgent({ name: 'front', model, skills: { research: new Research() } });
    agent.attach(fakePort(), memoryLog());
    expect(JSON.parse((await agent.run('q')).response ?? '')).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('"timeout"'),
    });
  });
});
