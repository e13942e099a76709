import { expect, it } from 'vitest';
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

it('refuses a fallback that is no name when the class is defined', () => {
  expect(() => handoff('primary', { fallback: ['a.b'] })).toThrow(TypeError);
});
