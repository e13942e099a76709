import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook, tool } from '../../../src/agent/decorators.ts';
import { defineSkill } from '../../../src/agent/define-skill.ts';
import { readDefinitions } from '../../../src/agent/definitions.ts';
import { Skill } from '../../../src/agent/skill.ts';
import type { ModelEvent } from '../../../src/model/model.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { fakePort, memoryLog } from '../support/fake-port.ts';

const call = (name: string, args = '{}'): ModelEvent[] => [
  { type: 'tool_call', id: '1', name, arguments: args },
];

it('declares what the decorators declare', () => {
  const parameters = z.object({ a: z.number() });
  class Decorated extends Skill {
    @handoff('desk', {
      description: 'd',
      metadata: { priority: 'high', timeout: 3, mine: 1 },
      fallback: ['b'],
    })
    first() {
      return true;
    }

    @handoff(undefined, { scope: 'user', mode: 'transfer' })
    second() {
      return 'b';
    }

    @hook('on_message')
    look() {}

    @hook('on_message', { priority: 3, scope: 'owner' })
    watch() {}

    @tool({ name: 'add', description: 'Adds.', parameters, scope: 'admin' })
    add() {}
  }
  const plain = defineSkill({
    handoffs: [
      {
        target: 'desk',
        description: 'd',
        metadata: { priority: 'high', timeout: 3, mine: 1 },
        fallback: ['b'],
        when: () => true,
      },
      { scope: 'user', mode: 'transfer', when: () => 'b' },
    ],
    hooks: { on_message: [() => {}, { priority: 3, scope: 'owner', run() {} }] },
    tools: { add: { description: 'Adds.', parameters, scope: 'admin', execute() {} } },
  });
  const unnamed = (skill: Skill) => {
    const { handoffs, hooks, tools } = readDefinitions(skill);
    return [handoffs, hooks, tools].map((list) => list.map((each) => ({ ...each, method: '' })));
  };
  expect(unnamed(plain)).toEqual(unnamed(new Decorated()));
});

it('works beside decorated skills, in the same order, under names that a log can show', async () => {
  const turns: string[] = [];
  class Decorated extends Skill {
    @hook('on_message')
    look() {
      turns.push('decorated');
    }

    @hook('on_message', { priority: 1 })
    early() {
      turns.push('decorated, early');
    }
  }
  const note = (name: string) => (context: Context) => void turns.push(`${name} ${context.agentName}`);
  const plain = (name: string) =>
    defineSkill({
      dependencies: ['decorated', 'missing?'],
      initialize: () => void turns.push(`${name} begins`),
      hooks: { on_message: [note(name), { priority: 99, run: note(`${name}, late`) }] },
      handoffs: [
        { target: 'never', when: () => Promise.reject(new Error('broken')) },
        { when: async (query) => (query.includes(name) ? name : null) },
      ],
    });
  const skills = { a: plain('one'), decorated: new Decorated(), b: plain('two') };
  const agent = new BaseAgent({ name: 'x', skills });
  const log = memoryLog();
  agent.attach(fakePort(), log);
  expect((await agent.run('to one or two')).agent).toBe('one');
  expect(turns).toEqual([
    'one begins',
    'two begins',
    'decorated, early',
    'one x',
    'decorated',
    'two x',
    'one, late x',
    'two, late x',
  ]);
  const asked = log.lines.filter(({ condition, err }) => condition && !err);
  expect(asked.map(({ condition }) => condition)).toEqual(['a.handoffs.0', 'a.handoffs.1']);
});

it('gives its functions the skill as `this`, and its tools arguments that are checked', async () => {
  const seen: unknown[] = [];
  const sums = defineSkill({
    tools: {
      add: {
        description: 'Adds.',
        parameters: z.object({ a: z.number(), b: z.number().default(1) }),
        async execute({ a, b }, { agentName }) {
          const { response } = await this.query('desk', 'q');
          seen.push(
            agentName,
            this.isAgentAvailable('dead'),
            this.skill('other?'),
            this.getContext().agentName,
          );
          return `${a + b} ${response}`;
        },
      },
    },
  });
  const told = ({ messages }: { messages: readonly { content: string }[] }): ModelEvent[] => [
    { type: 'text', text: messages.map(({ content }) => content).join('|') },
  ];
  const model = scriptedModel(call('add', '{"a":2}'), call('add', '{"a":"x"}'), told);
  const agent = new BaseAgent({ name: 'x', model, skills: { sums } });
  agent.attach(fakePort(), memoryLog());
  const { response } = await agent.run('q');
  expect(response).toContain('3 desk answers');
  expect(response).toMatch(/Error: argument "a"/);
  expect(seen).toEqual(['x', false, undefined, 'x']);
  expect(model.requests[0]?.tools).toMatchObject([
    { name: 'add', parameters: { type: 'object', required: ['a'] } },
  ]);
});

describe('defineSkill refuses at definition, as the decorators do,', () => {
  const refused: [string, unknown, RegExp][] = [
    ['nothing', undefined, /^defineSkill: Invalid input: expected object/],
    ['a key there is none of', { handoff: [] }, /^defineSkill: .*"handoff"/],
    [
      'a handoff without a condition',
      { handoffs: [{ target: 'a' }] },
      /"handoffs.0.when": must be a function/,
    ],
    ['a handoff key there is none of', { handoffs: [{ when() {}, prio: 1 }] }, /"handoffs.0".*"prio"/],
    ['a target that is no name', { handoffs: [{ target: 'a.b', when() {} }] }, /^@handoff: agent name "a.b"/],
    ['a timeout', { handoffs: [{ metadata: { timeout: 0 }, when() {} }] }, /^@handoff: metadata "timeout"/],
    [
      'a priority',
      { handoffs: [{ metadata: { priority: 'urgent' }, when() {} }] },
      /^@handoff: metadata "pri/,
    ],
    ['a mode', { handoffs: [{ mode: 'teleport', when() {} }] }, /"handoffs.0.mode"/],
    ['a scope', { handoffs: [{ scope: 'A B', when() {} }] }, /^@handoff: scope "A B"/],
    ['a fallback', { handoffs: [{ fallback: ['a.b'], when() {} }] }, /^@handoff: agent name "a.b"/],
    ['a hook', { hooks: { before_lunch() {} } }, /^@hook: there is no hook "before_lunch"/],
    [
      'a hook that is no function',
      { hooks: { on_message: 1 } },
      /"hooks.on_message": must be a function, or/,
    ],
    ['a hook without `run`', { hooks: { on_message: { priority: 1 } } }, /"hooks.on_message"/],
    ['a hook priority', { hooks: { on_message: { priority: Number.NaN, run() {} } } }, /^@hook: "priority"/],
    ['a tool name', { tools: { 'a b': { description: 'x', execute() {} } } }, /^@tool: "a b" must be/],
    ['a tool without `execute`', { tools: { add: { description: 'x' } } }, /"tools.add.execute"/],
    ['a tool without a description', { tools: { add: { execute() {} } } }, /"tools.add.description"/],
    [
      'parameters',
      { tools: { add: { description: 'x', parameters: {}, execute() {} } } },
      /must be a z.object/,
    ],
    ['dependencies', { dependencies: 'nli' }, /"dependencies"/],
  ];
  it.each(refused)('%s', (_what, definition, message) => {
    const define = () => defineSkill(definition as never);
    expect(define).toThrow(TypeError);
    expect(define).toThrow(message);
  });
});
