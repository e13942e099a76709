import { describe, expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook, tool } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { fakePort, memoryLog } from '../support/fake-port.ts';

/** Lets everything that is ready to run do so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('hooks of one moment', () => {
  it('run by priority, lower first, then by skill and declaration, each after the last one ended', async () => {
    const turns: string[] = [];
    const turn = (name: string) => async () => {
      turns.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      turns.push(`${name} ends`);
    };
    class One extends Skill {
      @hook('on_message')
      a() {
        return turn('one.a')();
      }

      @hook('on_message', { priority: 60 })
      b() {
        return turn('one.b')();
      }
    }
    class Two extends Skill {
      @hook('on_message')
      a() {
        return turn('two.a')();
      }

      @hook('on_message', { priority: 10 })
      b() {
        return turn('two.b')();
      }
    }
    await new BaseAgent({ name: 'x', skills: { one: new One(), two: new Two() } }).run('q');
    expect(turns.filter((each) => each.endsWith('begins'))).toEqual(
      ['two.b', 'one.a', 'two.a', 'one.b'].map((name) => `${name} begins`),
    );
    turns.forEach((each, i) => {
      if (each.endsWith('ends')) expect(turns[i - 1]).toBe(each.replace('ends', 'begins'));
    });
  });

  it('may replace a result in turn: the second sees what the first left', async () => {
    const seen: unknown[] = [];
    class Replace extends Skill {
      @handoff('desk')
      always() {
        return true;
      }

      @hook('after_handoff')
      first(context: Context) {
        context.handoffResult = { success: true, response: 'first' };
      }

      @hook('after_handoff')
      second(context: Context) {
        seen.push(context.handoffResult?.response);
        context.handoffResult = { success: true, response: 'second', fallback: true };
      }
    }
    const agent = new BaseAgent({ name: 'front', skills: { replace: new Replace() } });
    agent.attach(fakePort(), memoryLog());
    expect(await agent.run('q')).toMatchObject({ response: 'second', fallback: true, agent: 'desk' });
    expect(seen).toEqual(['first']);
  });
});

describe('hooks of a run', () => {
  it('come in the order of its moments, around every turn and every tool', async () => {
    const turns: string[] = [];
    class Trace extends Skill {
      @hook('on_connection')
      a() {
        turns.push('on_connection');
      }

      @hook('on_message')
      b() {
        turns.push('on_message');
      }

      @hook('before_llm_call')
      c() {
        turns.push('before_llm_call');
      }

      @hook('after_llm_call')
      d() {
        turns.push('after_llm_call');
      }

      @hook('on_chunk')
      e(context: Context) {
        turns.push(`on_chunk ${context.chunk}`);
      }

      @hook('before_toolcall')
      f() {
        turns.push('before_toolcall');
      }

      @hook('after_toolcall')
      g() {
        turns.push('after_toolcall');
      }

      @hook('finalize_connection')
      h(context: Context) {
        turns.push(`finalize_connection ${context.result?.response}`);
      }

      @tool
      look() {
        turns.push('tool');
      }
    }
    const model = scriptedModel([{ type: 'tool_call', id: '1', name: 'look', arguments: '' }], 'hi');
    await new BaseAgent({ name: 'x', model, skills: { trace: new Trace() } }).run('q');
    expect(turns).toEqual([
      'on_connection',
      'on_message',
      'before_llm_call',
      'after_llm_call',
      'before_toolcall',
      'tool',
      'after_toolcall',
      'before_llm_call',
      'on_chunk hi',
      'after_llm_call',
      'finalize_connection hi',
    ]);
  });

  it('on_chunk may rewrite what is said, or swallow it', async () => {
    class Redact extends Skill {
      @hook('on_chunk')
      redact(context: Context) {
        context.chunk = context.chunk === 'secret' ? '' : context.chunk.toUpperCase();
      }
    }
    const said = ['a', 'secret', 'b'].map((text) => ({ type: 'text' as const, text }));
    const agent = new BaseAgent({ name: 'x', model: scriptedModel(said), skills: { redact: new Redact() } });
    expect((await agent.run('q')).response).toBe('AB');
  });

  it('that may refuse end the run when they throw; finalize_connection still comes', async () => {
    for (const name of ['on_connection', 'on_message', 'before_llm_call', 'on_chunk'] as const) {
      const turns: string[] = [];
      class Refuse extends Skill {
        @hook(name)
        refuse() {
          throw new Error(`${name} says no`);
        }

        @hook('finalize_connection')
        last(context: Context) {
          turns.push(String(context.result?.success));
        }
      }
      const agent = new BaseAgent({
        name: 'x',
        model: scriptedModel('hi'),
        skills: { refuse: new Refuse() },
      });
      expect((await agent.run('q')).error, name).toMatchObject({
        code: 'INTERNAL',
        message: `${name} says no`,
      });
      expect(turns, name).toEqual(['false']);
    }
  });

  it('that come after the answer cannot take it away, nor stop each other', async () => {
    const turns: string[] = [];
    class Broken extends Skill {
      @hook('after_llm_call')
      @hook('finalize_connection')
      broken() {
        turns.push('broken');
        throw new Error('no');
      }

      @hook('finalize_connection')
      works() {
        turns.push('works');
      }
    }
    const agent = new BaseAgent({ name: 'x', model: scriptedModel('hi'), skills: { broken: new Broken() } });
    expect(await agent.run('q')).toMatchObject({ success: true, response: 'hi' });
    expect(turns).toEqual(['broken', 'broken', 'works']);
  });
});

describe('a run that was cancelled', () => {
  /** An agent whose first hook waits until it is released. */
  function held(more: Skill) {
    let release = () => {};
    let reached = () => {};
    const isHeld = new Promise<void>((resolve) => {
      reached = resolve;
    });
    class Hold extends Skill {
      @hook('on_connection')
      hold() {
        reached();
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      }
    }
    const model = scriptedModel([{ type: 'tool_call', id: '1', name: 'act', arguments: '' }], 'hi');
    const agent = new BaseAgent({ name: 'front', model, skills: { hold: new Hold(), more } });
    const port = fakePort();
    agent.attach(port, memoryLog());
    return { agent, port, model, isHeld, release: () => release() };
  }

  it('takes no further step: no hook reserves anything, nothing is published', async () => {
    const turns: string[] = [];
    class Charge extends Skill {
      @handoff('desk')
      always() {
        return true;
      }

      @hook('before_handoff')
      charge() {
        turns.push('charged');
      }
    }
    const { agent, port, isHeld, release } = held(new Charge());
    const stop = new AbortController();
    const asked = agent.run('q', { signal: stop.signal });
    await isHeld;
    stop.abort();
    expect((await asked).error?.code).toBe('CANCELLED');
    release();
    await settled();
    expect(turns).toEqual([]);
    expect(port.orders).toEqual([]);
  });

  it('asks no model and calls no tool any more', async () => {
    const turns: string[] = [];
    class Act extends Skill {
      @tool
      act() {
        turns.push('acted');
      }
    }
    const { agent, model, isHeld, release } = held(new Act());
    const stop = new AbortController();
    const asked = agent.run('q', { signal: stop.signal });
    await isHeld;
    stop.abort();
    await asked;
    release();
    await settled();
    expect(model.requests).toEqual([]);
    expect(turns).toEqual([]);
  });

  it('is over at once when it was cancelled before it began', async () => {
    const { agent, port } = held(new Skill());
    const result = await agent.run('q', { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ success: false, error: { code: 'CANCELLED' } });
    expect(port.orders).toEqual([]);
  });
});
