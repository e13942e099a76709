import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { handoff, hook, tool } from '../../../src/agent/decorators.ts';
import type { HookName } from '../../../src/agent/definitions.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { fakePort, memoryLog } from '../support/fake-port.ts';

const refuse = () => {
  throw new Error('not to be read');
};
const hidden = { get: refuse };

/** An error whose every field refuses to be read. */
const unreadable = () =>
  Object.defineProperties(new Error('x'), { stack: hidden, message: hidden, cause: hidden, code: hidden });

/** Made where they are thrown: what shows the titles of tests would read them. */
const things: [string, () => unknown, string][] = [
  ['undefined', () => undefined, 'undefined'],
  ['null', () => null, 'null'],
  ['a string', () => 'out of paper', 'out of paper'],
  ['a frozen object', () => Object.freeze({ code: 7 }), '[object Object]'],
  ['a frozen error', () => Object.freeze(new Error('cold')), 'cold'],
  ['an error that cannot be read', unreadable, 'an error without a message'],
  ['an error whose cause cannot be read', () => new Error('outer', { cause: unreadable() }), 'outer'],
  ['a thing without a text', () => ({ toString: refuse, code: 'LOOP' }), 'an error without a message'],
  [
    'a proxy that refuses everything',
    () => new Proxy({}, { get: refuse, getPrototypeOf: refuse }),
    'an error',
  ],
];

function agentThatThrows(thing: () => unknown, where: HookName | 'condition' | 'tool') {
  const fail = (here: string) => {
    if (where === here) throw thing();
  };
  class Throwing extends Skill {
    @handoff('desk', { metadata: { priority: 'high' } })
    condition(): boolean {
      fail('condition');
      return where !== 'tool' && where !== 'condition';
    }

    @hook('before_handoff')
    before() {
      fail('before_handoff');
    }

    @hook('after_handoff')
    after() {
      fail('after_handoff');
    }

    @hook('finalize_connection')
    last() {
      fail('finalize_connection');
    }

    @tool
    look() {
      fail('tool');
    }
  }
  const call = { type: 'tool_call', id: '1', name: 'look', arguments: '{}' } as const;
  const model = scriptedModel(where === 'tool' ? [call] : 'done', 'done');
  const agent = new BaseAgent({ name: 'front', model, skills: { throwing: new Throwing() } });
  const port = fakePort();
  agent.attach(port, memoryLog());
  return { agent, port };
}

it.each(things)('%s, thrown by before_handoff, refuses the handoff', async (_what, thing, message) => {
  const { agent, port } = agentThatThrows(thing, 'before_handoff');
  const result = await agent.run('q');
  expect(result).toMatchObject({
    success: false,
    response: null,
    agent: 'desk',
    error: { code: 'INTERNAL' },
  });
  expect(result.error?.message).toContain(message);
  expect(result.handoffs).toMatchObject([{ to: 'desk', success: false, error: { code: 'INTERNAL' } }]);
  expect(port.orders).toEqual([]);
});

it.each(things)('%s, thrown by a late hook, takes no answer away', async (_what, thing) => {
  for (const where of ['after_handoff', 'finalize_connection'] as const) {
    const { agent } = agentThatThrows(thing, where);
    expect(await agent.run('q')).toMatchObject({ success: true, response: 'desk answers' });
  }
});

it.each(things)(
  '%s, thrown by a condition, counts as no; by a tool, is told to the model',
  async (_what, thing) => {
    for (const where of ['condition', 'tool'] as const) {
      const { agent } = agentThatThrows(thing, where);
      expect(await agent.run('q')).toMatchObject({ success: true, response: 'done', agent: 'front' });
    }
  },
);
