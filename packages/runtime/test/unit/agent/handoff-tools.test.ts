import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { type Context, getContext } from '../../../src/agent/context.ts';
import { handoff, hook } from '../../../src/agent/decorators.ts';
import { defineSkill } from '../../../src/agent/define-skill.ts';
import type { Peer } from '../../../src/agent/port.ts';
import { Skill } from '../../../src/agent/skill.ts';
import type { ModelEvent } from '../../../src/model/model.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { HandoffError } from '../../../src/wire/error.ts';
import { answered, fakePort, memoryLog } from '../support/fake-port.ts';

const call = (name: string, message: string): ModelEvent => ({
  type: 'tool_call',
  id: name,
  name: `transfer_to_${name}`,
  arguments: JSON.stringify({ message }),
});

class Rules extends Skill {
  readonly seen: unknown[] = [];

  @handoff('billing', { description: 'money' })
  never() {
    return false;
  }

  @hook('before_handoff')
  before(context: Context) {
    expect(getContext()).toBe(context);
    context.handoffContext = { for: context.handoffAgent };
  }

  @hook('after_handoff')
  after({ handoffAgent, handoffResult }: Context) {
    this.seen.push([handoffAgent, handoffResult?.success]);
  }
}

function front(...turns: Parameters<typeof scriptedModel>) {
  const model = scriptedModel(...turns);
  const rules = new Rules();
  const agent = new BaseAgent({
    name: 'front',
    model,
    skills: { rules },
    handoffs: ['shipping', 'technical', 'dead', 'front'],
  });
  const port = fakePort({
    answer: (order) =>
      answered(order, order.target === 'technical' ? { success: false, response: null } : {}),
  });
  agent.attach(port, memoryLog());
  return { agent, model, port, rules };
}

it('offers the model the live agents it may hand off to, itself not among them', async () => {
  const { agent, model } = front('hello');
  await agent.run('hi');
  expect(model.requests[0]?.tools.map(({ name }) => name)).toEqual([
    'transfer_to_billing',
    'transfer_to_shipping',
    'transfer_to_technical',
  ]);
});

it('honours three handoffs of one turn, each with its own context, hooks and record', async () => {
  const { agent, model, port, rules } = front(
    [call('billing', 'what does it cost?'), call('shipping', 'where is it?'), call('technical', 'why?')],
    ({ messages }) => [{ type: 'text', text: String(messages.filter(({ role }) => role === 'tool').length) }],
  );
  const result = await agent.run('where is my broken parcel and what does it cost?');
  expect(result).toMatchObject({ success: true, agent: 'front', response: '3' });
  expect(
    port.orders.map(({ target, context, messages }) => [target, context, messages.at(-1)?.content]),
  ).toEqual([
    ['billing', { for: 'billing' }, 'what does it cost?'],
    ['shipping', { for: 'shipping' }, 'where is it?'],
    ['technical', { for: 'technical' }, 'why?'],
  ]);
  expect(result.handoffs.map(({ to, success }) => [to, success])).toEqual([
    ['billing', true],
    ['shipping', true],
    ['technical', false],
  ]);
  expect(new Set(rules.seen.map(String))).toEqual(
    new Set(['billing,true', 'shipping,true', 'technical,false']),
  );
  expect(model.requests[1]?.messages.at(-3)).toMatchObject({
    role: 'tool',
    content: expect.stringContaining('billing answers'),
  });
});

it('records a handoff to a target of its own that is not on offer, and tells the model why it failed', async () => {
  const { agent, model, port } = front([call('dead', 'are you there?'), call('billing', 'and you?')], 'ok');
  port.check = ({ target }) => {
    if (target === 'dead') throw new HandoffError('nobody is there', { code: 'UNAVAILABLE', target });
  };
  const result = await agent.run('hi');
  expect(result.handoffs.map(({ to, success, error }) => [to, success, error?.code])).toEqual([
    ['dead', false, 'UNAVAILABLE'],
    ['billing', true, undefined],
  ]);
  expect(model.requests[1]?.messages.slice(-2).map(({ content }) => content)).toEqual([
    expect.stringContaining('nobody is there'),
    expect.stringContaining('billing answers'),
  ]);
});

it('tells the model that a target is unknown instead of handing off anywhere', async () => {
  const { agent, port } = front([call('nobody', 'hi')], 'so be it');
  expect((await agent.run('hi')).response).toBe('so be it');
  expect(port.orders).toEqual([]);
});

it('offers nobody who would refuse this caller, and shows nothing of their cards', async () => {
  const model = scriptedModel('hello');
  const agent = new BaseAgent({ name: 'front', model, handoffs: ['vault', 'desk'] });
  const peer = (name: string, owner: string, scope?: string) =>
    ({ name, owner, description: `${owner}'s ${name}`, instances: 1, card: { scope } }) as unknown as Peer;
  const peers = [peer('desk', 'other'), peer('desk', 'test'), peer('vault', 'test', 'vip')];
  agent.attach(Object.assign(fakePort(), { peers: () => peers }), memoryLog());
  await agent.run('hi');
  await agent.run('hi', { scopes: ['vip'] });
  const offers = model.requests.map(({ tools }) => tools.map(({ description }) => description));
  expect(offers).toEqual([["test's desk"], ["test's vault", "test's desk"]]);
});

it('refuses an agent whose tool has the name of one of its handoffs', () => {
  const named = (name: string) =>
    defineSkill({ tools: { [name]: { description: 'x', execute: () => 'x' } } });
  const tools = named('transfer_to_billing');
  const make = (skills: Record<string, Skill>, handoffs: string[] = []) =>
    new BaseAgent({ name: 'front', model: scriptedModel('hi'), skills, handoffs });
  expect(() => make({ tools: named('transfer_to_billing'), rules: new Rules() })).toThrow(
    new TypeError('the tool "transfer_to_billing" has the name of the handoff to "billing" (rules.never)'),
  );
  expect(() => make({ tools: named('transfer_to_far_desk') }, ['far/desk'])).toThrow(TypeError);
  expect(() => make({ tools }, ['shipping'])).not.toThrow();
});

it('keeps targets apart whose names are too long for a tool, or alike once they are one', async () => {
  const long = 'a'.repeat(60);
  const model = scriptedModel('hello');
  const handoffs = [`${long}1`, `${long}2`, 'far/desk', 'far_desk'];
  const agent = new BaseAgent({ name: 'front', model, handoffs });
  agent.attach(fakePort(), memoryLog());
  await agent.run('hi');
  const names = model.requests[0]?.tools.map(({ name }) => name) ?? [];
  expect(new Set(names).size).toBe(4);
  expect(names.slice(2)).toEqual([
    'transfer_to_far_desk',
    expect.stringMatching(/^transfer_to_far_desk_\w{8}$/),
  ]);
  for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
});
