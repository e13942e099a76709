import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { CONDITION_TIMEOUT_MS } from '../../../src/agent/decide.ts';
import { handoff } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { type FakePort, fakePort, memoryLog } from '../support/fake-port.ts';

/** A front agent on a mesh of one's own, and who answered each question. */
function front(skills: Record<string, Skill>) {
  const agent = new BaseAgent({ name: 'front', model: scriptedModel('myself'), skills });
  const port: FakePort = fakePort();
  const log = memoryLog();
  agent.attach(port, log);
  return { agent, port, log, ask: (text = 'q') => agent.run(text) };
}

/** One static condition towards `target` that answers with `answer`. */
const staticSkill = (answer: unknown) =>
  new (class extends Skill {
    @handoff('target')
    cond(): boolean {
      return answer as boolean;
    }
  })();

const dynamicSkill = (answer: unknown) =>
  new (class extends Skill {
    @handoff()
    choose(): string {
      return answer as string;
    }
  })();

describe('a condition with a target', () => {
  it.each([true, 'yes', 1, {}, [], Promise.resolve(true), Promise.resolve('x')])(
    'hands off for %j',
    async (answer) => {
      expect((await front({ s: staticSkill(answer) }).ask()).agent).toBe('target');
    },
  );

  it.each([false, null, undefined, 0, '', Number.NaN, Promise.resolve(false), Promise.resolve(undefined)])(
    'does not for %j',
    async (answer) => {
      expect((await front({ s: staticSkill(answer) }).ask()).agent).toBe('front');
    },
  );
});

describe('a condition without a target', () => {
  it.each(['target', ' target\n', Promise.resolve('target')])(
    'hands off to the name it answers: %j',
    async (answer) => {
      const { ask, port } = front({ s: dynamicSkill(answer) });
      expect((await ask()).agent).toBe('target');
      expect(port.checked).toEqual(['target']);
    },
  );

  it.each([null, undefined, false, '', '   ', '\n\t', Promise.resolve(null)])(
    'hands off to nobody for %j',
    async (answer) => {
      const { ask, port } = front({ s: dynamicSkill(answer) });
      expect((await ask()).agent).toBe('front');
      expect(port.checked).toEqual([]);
    },
  );

  it.each([true, 7, 0, {}, ['a'], Symbol('s'), Object.create(null)])(
    'fails the run for %s, naming itself',
    async (answer) => {
      const { ask, port } = front({ routing: dynamicSkill(answer) });
      const { success, error } = await ask();
      expect(success).toBe(false);
      expect(error).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('routing.choose must answer with'),
      });
      expect(port.checked).toEqual([]);
    },
  );
});

describe('conditions', () => {
  it('are asked by priority, then by skill, then by declaration, and the first yes ends it', async () => {
    const asked: string[] = [];
    const no = (name: string) => {
      asked.push(name);
      return false;
    };
    class First extends Skill {
      @handoff('a', { metadata: { priority: 'low' } })
      low() {
        return no('first.low');
      }

      @handoff('a')
      normal() {
        return no('first.normal');
      }

      @handoff('a', { metadata: { priority: 50 } })
      fifty() {
        return no('first.fifty');
      }
    }
    class Second extends Skill {
      @handoff('a')
      normal() {
        return no('second.normal');
      }

      @handoff('a', { metadata: { priority: 'high' } })
      high() {
        return no('second.high');
      }

      @handoff('a', { metadata: { priority: 101 } })
      higher() {
        return no('second.higher');
      }
    }
    await front({ first: new First(), second: new Second() }).ask();
    const order = [
      'second.higher',
      'second.high',
      'first.normal',
      'first.fifty',
      'second.normal',
      'first.low',
    ];
    expect(asked).toEqual(order);

    asked.length = 0;
    class Yes extends First {
      override normal() {
        asked.push('yes');
        return true;
      }
    }
    await front({ first: new Yes(), second: new Second() }).ask();
    expect(asked).toEqual(['second.higher', 'second.high', 'yes']);
  });

  it('are asked about the last user message, as it was written, with the context, bound to their skill', async () => {
    const seen: unknown[] = [];
    class Look extends Skill {
      #secret = 'private field';

      @handoff('a')
      look(query: string, context: { agentName: string }) {
        seen.push(query, this.#secret, context.agentName);
        return false;
      }
    }
    const { agent } = front({ look: new Look() });
    await agent.run([
      { role: 'user', content: 'first' },
      { role: 'user', content: [{ type: 'text', text: 'WHERE is it?' }] },
      { role: 'assistant', content: 'later' },
    ]);
    expect(seen).toEqual(['WHERE is it?', 'private field', 'front']);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ])('count as no when one %s, are logged by name, and the next is asked', async (_how, fail) => {
    class Broken extends Skill {
      @handoff('wrong')
      broken(): boolean {
        return fail() as never;
      }

      @handoff('right')
      works() {
        return true;
      }
    }
    const { ask, log } = front({ s: new Broken() });
    expect((await ask()).agent).toBe('right');
    expect(log.lines.filter(({ condition, err }) => condition && err)).toMatchObject([
      { condition: 's.broken', err: { message: 'broken' } },
    ]);
  });

  it('that all say no leave the answer to the agent, once', async () => {
    const model = scriptedModel('myself');
    const agent = new BaseAgent({
      name: 'front',
      model,
      skills: { a: staticSkill(false), b: dynamicSkill(null) },
    });
    agent.attach(fakePort(), memoryLog());
    expect(await agent.run('q')).toMatchObject({ success: true, response: 'myself', handoffs: [] });
    expect(model.requests).toHaveLength(1);
  });
});

describe('a condition that does not come back', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('counts as no after five seconds, is logged by name, and the next is asked', async () => {
    class Slow extends Skill {
      @handoff('never')
      slow() {
        return new Promise<boolean>(() => {});
      }

      @handoff('right')
      quick() {
        return true;
      }
    }
    const { ask, log } = front({ s: new Slow() });
    const result = ask();
    await vi.advanceTimersByTimeAsync(CONDITION_TIMEOUT_MS - 1);
    expect(log.lines.filter(({ condition }) => condition)).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect((await result).agent).toBe('right');
    expect(log.lines.find(({ condition }) => condition)).toMatchObject({ condition: 's.slow' });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not outlast the deadline of the run', async () => {
    const { agent } = front({ s: staticSkill(new Promise(() => {})) });
    const result = agent.run('q', { timeoutMs: 1000 });
    await vi.advanceTimersByTimeAsync(1000);
    expect((await result).error?.code).toBe('DEADLINE_EXCEEDED');
  });
});
