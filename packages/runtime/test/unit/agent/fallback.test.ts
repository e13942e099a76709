import { describe, expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { HandoffError } from '../../../src/wire/error.ts';
import { answered, fakePort, memoryLog } from '../support/fake-port.ts';

class Routing extends Skill {
  readonly seen: string[] = [];

  @handoff('primary', { fallback: ['second', 'third'] })
  always() {
    return true;
  }

  @hook('after_handoff')
  note({ handoffAgent, handoffResult }: Context) {
    this.seen.push(`${handoffAgent} ${handoffResult?.success}`);
  }
}

function agentWhere(...dead: string[]) {
  const routing = new Routing();
  const agent = new BaseAgent({ name: 'front', skills: { routing } });
  const check = ({ target }: { target: string }) => {
    if (dead.includes(target)) throw new HandoffError(`${target} is gone`, { code: 'UNAVAILABLE', target });
  };
  agent.attach(fakePort({ check, answer: (order) => answered(order) }), memoryLog());
  return { agent, routing };
}

it('asks nobody else when the target answers', async () => {
  const { agent } = agentWhere();
  const result = await agent.run('help');
  expect(result).toMatchObject({ success: true, agent: 'primary', fallback: false });
  expect(result.handoffs).toHaveLength(1);
});

it('asks the declared fallbacks in their order and says that one answered', async () => {
  const { agent, routing } = agentWhere('primary', 'second');
  const result = await agent.run('help');
  expect(result).toMatchObject({ success: true, agent: 'third', fallback: true, response: 'third answers' });
  expect(result.handoffs.map(({ to, success }) => `${to} ${success}`)).toEqual([
    'primary false',
    'second false',
    'third true',
  ]);
  expect(new Set(result.handoffs.map(({ id }) => id)).size).toBe(3);
  expect(routing.seen).toEqual(['primary false', 'second false', 'third true']);
});

it('fails with the first failure when all fail', async () => {
  const { agent } = agentWhere('primary', 'second', 'third');
  const result = await agent.run('help');
  expect(result).toMatchObject({ success: false, error: { code: 'UNAVAILABLE', target: 'primary' } });
});

it.each([
  [['primary', 'second']],
  [['test/primary', 'second', 'test/second']],
  [['second', 'second', 'primary']],
])('does not try an agent again that was tried: %j', async (fallback) => {
  class Stubborn extends Skill {
    @handoff('primary', { fallback })
    always() {
      return true;
    }
  }
  const agent = new BaseAgent({ name: 'front', skills: { stubborn: new Stubborn() } });
  const port = fakePort({ answer: (order) => answered(order, { success: false, response: null }) });
  agent.attach(port, memoryLog());
  expect((await agent.run('help')).success).toBe(false);
  expect(port.orders.map(({ target }) => target)).toEqual(['primary', 'second']);
});

describe('text that a target had streamed before it failed', () => {
  interface Reading {
    readonly more?: Record<string, Skill>;
    readonly silent?: string;
  }

  /** An agent whose first targets stream half an answer and fail; what its reader is told. */
  async function read(failing: string[], { more = {}, silent = '' }: Reading = {}) {
    const agent = new BaseAgent({ name: 'front', skills: { ...more, routing: new Routing() } });
    const port = fakePort();
    const { carryOut } = port;
    port.carryOut = async (order, emit) => {
      if (order.target !== silent && !failing.includes(order.target)) return await carryOut(order, emit);
      if (order.target !== silent) emit({ type: 'text', text: 'half' });
      return answered(order, { success: false, response: null });
    };
    agent.attach(port, memoryLog());
    const told: string[] = [];
    for await (const event of agent.stream('help')) {
      if (event.type === 'text') told.push(event.text);
      else if (event.type === 'superseded') told.push('(void)');
      else if (event.type === 'result') told.push(`= ${event.result.response}`);
    }
    return told;
  }

  it('is void once another one answers, and its reader is told so', async () => {
    expect(await read(['primary'])).toEqual(['half', '(void)', 'second answers', '= second answers']);
    expect(await read(['primary', 'second'])).toEqual([
      ...['half', '(void)', 'half', '(void)', 'third answers'],
      '= third answers',
    ]);
  });

  it('is void also when the answer that counts has not streamed', async () => {
    class Mend extends Skill {
      @hook('after_handoff')
      mend(context: Context) {
        if (context.handoffAgent !== 'second') return;
        context.handoffResult = { success: true, response: 'mended' };
      }
    }
    const told = await read(['primary'], { more: { mend: new Mend() }, silent: 'second' });
    expect(told).toEqual(['half', '(void)', '= mended']);
  });

  it('takes nothing away of what the agent itself has said', async () => {
    class Greet extends Skill {
      @hook('on_message')
      greet(context: Context) {
        context.say('Welcome.');
      }
    }
    expect(await read(['primary'], { more: { greet: new Greet() } })).toEqual([
      ...['Welcome.', '\n\nhalf', '(void)', 'Welcome.', '\n\nsecond answers'],
      '= Welcome.\n\nsecond answers',
    ]);
  });
});

it('refuses a fallback that is no name when the class is defined', () => {
  expect(() => handoff('primary', { fallback: ['a.b'] })).toThrow(TypeError);
});
