import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { handoff, hook, tool } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { fakePort, memoryLog } from '../support/fake-port.ts';

/** A skill that writes down what is called of it. */
class Noting extends Skill {
  readonly name: string;
  readonly turns: string[];

  constructor(name: string, turns: string[], dependencies: readonly string[] = []) {
    super({ dependencies });
    this.name = name;
    this.turns = turns;
  }

  override initialize() {
    this.turns.push(`${this.name} begins`);
  }

  @hook('on_message')
  note() {
    this.turns.push(this.name);
  }

  @hook('on_message', { scope: 'admin' })
  noteForAdmins() {
    this.turns.push(`${this.name}, admin`);
  }

  @hook('finalize_connection', { priority: 90 })
  late() {
    this.turns.push(`${this.name}, late`);
  }
}

class Holder extends Noting {
  inner: Skill | undefined;

  holding(inner: Skill): this {
    this.inner = inner;
    return this;
  }

  @hook('finalize_connection')
  middle() {
    this.turns.push(`${this.name}, middle`);
  }
}

function agentOf(skills: Record<string, Skill>) {
  const agent = new BaseAgent({ name: 'x', model: scriptedModel('hi'), skills });
  const log = memoryLog();
  agent.attach(fakePort(), log);
  return { agent, log };
}

it('begins before its holder, at any depth, and its hooks are called by the same rules', async () => {
  const turns: string[] = [];
  const middle = new Holder('b', turns).holding(new Noting('c', turns));
  const { agent } = agentOf({ first: new Noting('first', turns), a: new Holder('a', turns).holding(middle) });
  await agent.run('q');
  expect(turns).toEqual([
    ...['first begins', 'c begins', 'b begins', 'a begins'],
    ...['first', 'c', 'b', 'a'],
    ...['b, middle', 'a, middle', 'first, late', 'c, late', 'b, late', 'a, late'],
  ]);
  turns.length = 0;
  await agent.run('q', { scopes: ['admin'] });
  expect(turns.filter((turn) => turn.endsWith('admin'))).toEqual(
    ['first', 'c', 'b', 'a'].map((name) => `${name}, admin`),
  );
});

it('is called once when it is listed too, at its place in the list, and still begins before its holder', async () => {
  const turns: string[] = [];
  const inner = new Noting('inner', turns);
  const { agent } = agentOf({ outer: new Holder('outer', turns).holding(inner), inner });
  await agent.run('q');
  expect(turns.slice(0, 4)).toEqual(['inner begins', 'outer begins', 'outer', 'inner']);
  expect(turns.filter((turn) => turn === 'inner')).toHaveLength(1);
});

it('is called once when two hold it', async () => {
  const turns: string[] = [];
  const shared = new Noting('shared', turns);
  const { agent } = agentOf({
    a: new Holder('a', turns).holding(shared),
    b: new Holder('b', turns).holding(shared),
  });
  await agent.run('q');
  expect(turns.slice(0, 6)).toEqual(['shared begins', 'a begins', 'b begins', 'shared', 'a', 'b']);
});

it('begins after its holder where it depends on it, or both hold each other', async () => {
  const turns: string[] = [];
  const { agent } = agentOf({ a: new Holder('a', turns).holding(new Noting('needy', turns, ['a'])) });
  await agent.prepare();
  const [one, two] = [new Holder('one', turns), new Holder('two', turns)];
  one.holding(two);
  two.holding(one);
  await agentOf({ outer: new Holder('outer', turns).holding(one) }).agent.prepare();
  expect(turns).toEqual(['a', 'needy', 'two', 'one', 'outer'].map((name) => `${name} begins`));
});

it('has its dependencies checked, by the way to it', () => {
  const needy = new Noting('needy', [], ['ledger']);
  expect(() => agentOf({ a: new Holder('a', []).holding(needy) })).toThrow(
    new TypeError('skill "a.inner" needs a skill "ledger"; this agent has a'),
  );
});

it('is named in the log by the way to it', async () => {
  class Broken extends Skill {
    @hook('finalize_connection')
    break() {
      throw new Error('broken');
    }
  }
  const { agent, log } = agentOf({ a: new Holder('a', []).holding(new Broken()) });
  await agent.run('q');
  expect(log.lines.filter((line) => line.hook)).toMatchObject([{ hook: 'a.inner.break' }]);
});

it('neither hands off nor offers tools, unless it is listed', async () => {
  class Expert extends Skill {
    @handoff('desk')
    always() {
      return true;
    }

    @tool
    look() {}
  }
  const held = new Expert();
  const only = agentOf({ a: new Holder('a', []).holding(held) }).agent;
  expect(await only.run('q')).toMatchObject({ agent: 'x', handoffs: [] });
  expect(only.card('o')).toMatchObject({ skills: ['a'], tools: [], handoffs: [] });

  const listed = new Expert();
  const both = agentOf({ a: new Holder('a', []).holding(listed), listed }).agent;
  expect((await both.run('q')).agent).toBe('desk');
  expect(both.card('o').tools).toMatchObject([{ name: 'look' }]);
});
