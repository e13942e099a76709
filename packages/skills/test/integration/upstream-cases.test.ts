import { randomUUID } from 'node:crypto';
import {
  BaseAgent,
  type Context,
  hook,
  join,
  type ModelEvent,
  type RunEvent,
  Skill,
  textOf,
} from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { expect, inject, it } from 'vitest';
import { MemorySkill } from '../../src/index.ts';

// The handoff cases that the framework before this one was judged by, with models that follow a rule.

const says = (text: string): ModelEvent[] => [{ type: 'text', text }];

const handOver = (to: string, message: string): ModelEvent[] => [
  { type: 'tool_call', id: to, name: `transfer_to_${to}`, arguments: JSON.stringify({ message }) },
];

/** A front desk that knows who can do what, tries the almanac when the weather desk fails, and repeats what it is told. */
const frontModel = () =>
  scriptedModel(({ messages }) => {
    const last = messages.at(-1)?.content ?? '';
    const question = messages.findLast(({ role }) => role === 'user')?.content ?? '';
    if (messages.at(-1)?.role !== 'tool') {
      if (/weather|sunny/i.test(question)) return handOver('weather', `A customer asks: ${question}`);
      if (/times/.test(question)) return handOver('calculator', question);
      return says('Hello! How can I help?');
    }
    const told = JSON.parse(last) as { agent: string; success: boolean; response: string };
    if (!told.success) return handOver('almanac', question);
    if (told.agent === 'weather' && /fahrenheit/i.test(question)) {
      return handOver('calculator', `${/\d+/.exec(told.response)} in Fahrenheit`);
    }
    return says(told.response);
  });

/** Knows the weather of the city that was named last, in whatever it is shown. */
const weatherModel = () =>
  scriptedModel(({ messages }) => {
    const cities = messages.flatMap(({ content }) => content.match(/Tokyo|Paris|Atlantis/g) ?? []);
    if (cities.at(-1) === 'Atlantis') throw new Error('there is no station there');
    return says(cities.length > 0 ? `It is sunny and 20 degrees in ${cities.at(-1)}.` : 'In which city?');
  });

const calculatorModel = () =>
  scriptedModel(({ messages }) => {
    const [a = 0, b = 0] = (messages.at(-1)?.content.match(/\d+/g) ?? []).map(Number);
    return says(b ? `${a * b}` : `${(a * 9) / 5 + 32} degrees Fahrenheit`);
  });

/** What a target can tell of a handoff, without a word from its source's author. */
class Facts extends Skill {
  readonly seen: unknown[] = [];

  @hook('on_message')
  note({ messages, inbound, conversation, peerUserId }: Context) {
    const said = messages.filter(({ role }) => role === 'user').map(textOf);
    this.seen.push({ said, conversation, peerUserId, from: inbound?.source.agent, sentAt: inbound?.sentAt });
  }
}

async function desk() {
  const mesh = await join({ server: inject('broker'), owner: `t-${randomUUID().slice(0, 8)}` });
  const facts = new Facts();
  const front = frontModel();
  const skills = { memory: new MemorySkill() };
  await Promise.all([
    mesh.launch(new BaseAgent({ name: 'weather', model: weatherModel(), skills: { facts } })),
    mesh.launch(new BaseAgent({ name: 'calculator', model: calculatorModel() })),
    mesh.launch(new BaseAgent({ name: 'almanac', model: scriptedModel('It never rains in Atlantis.') })),
  ]);
  const handoffs = ['weather', 'calculator', 'almanac'];
  await mesh.launch(new BaseAgent({ name: 'front', model: front, handoffs, skills }));
  return {
    mesh,
    facts,
    front,
    ask: (question: string, options = {}) => mesh.ask('front', question, { conversation: 'c', ...options }),
    [Symbol.asyncDispose]: () => mesh.close(),
  };
}

type Result = Awaited<ReturnType<Awaited<ReturnType<typeof desk>>['ask']>>;
const route = ({ handoffs }: Result) => handoffs.map(({ to, success }) => [to, success]);

it('a question about the weather goes to the weather desk', async () => {
  await using mesh = await desk();
  const result = await mesh.ask('What is the weather in Paris?');
  expect([result.response, route(result)]).toEqual([
    'It is sunny and 20 degrees in Paris.',
    [['weather', true]],
  ]);
});

it('a sum goes to the calculator', async () => {
  await using mesh = await desk();
  const result = await mesh.ask('What is 6 times 7?');
  expect([result.response, route(result)]).toEqual(['42', [['calculator', true]]]);
});

it('a greeting goes nowhere, although handoffs are on offer', async () => {
  await using mesh = await desk();
  const result = await mesh.ask('Hello there!');
  expect([result.response, route(result)]).toEqual(['Hello! How can I help?', []]);
  expect(mesh.front.requests[0]?.tools).toHaveLength(3);
});

it('"there" is the city of the message before, for the desk that never saw it', async () => {
  await using mesh = await desk();
  await mesh.ask('What is the weather in Tokyo?');
  const result = await mesh.ask('Is it sunny there?');
  expect([result.response, route(result)]).toEqual([
    'It is sunny and 20 degrees in Tokyo.',
    [['weather', true]],
  ]);
  const elsewhere = await mesh.ask('Is it sunny there?', { conversation: 'another' });
  expect(elsewhere.response).toBe('In which city?');
});

it('a handoff that fails is made good by another, and the conversation goes on', async () => {
  await using mesh = await desk();
  const result = await mesh.ask('What is the weather in Atlantis?');
  expect(result).toMatchObject({ success: true, response: 'It never rains in Atlantis.' });
  expect(route(result)).toEqual([
    ['weather', false],
    ['almanac', true],
  ]);
  expect((await mesh.ask('What is 6 times 7?')).response).toBe('42');
});

it('a question for two desks goes to one after the other, and both handoffs are told as they begin', async () => {
  await using mesh = await desk();
  const events: RunEvent[] = [];
  for await (const event of mesh.mesh.stream('front', 'What is the weather in Tokyo in Fahrenheit?')) {
    events.push(event);
  }
  expect(events.flatMap((event) => (event.type === 'handoff' ? [event.handoff.to] : []))).toEqual([
    'weather',
    'calculator',
  ]);
  expect(events.at(-1)).toMatchObject({
    result: { response: '68 degrees Fahrenheit', handoffs: [{ to: 'weather' }, { to: 'calculator' }] },
  });
});

it('a target can read the original message, when it was sent, and whose session it is', async () => {
  await using mesh = await desk();
  const before = Date.now();
  const question = 'What is the weather in Paris?';
  await mesh.ask(question, { user: 'ada' });
  // The user's own words, and after them what the model asks for.
  const said = [question, `A customer asks: ${question}`];
  const fact = { said, conversation: 'c', peerUserId: 'ada', from: 'front', sentAt: expect.any(Number) };
  expect(mesh.facts.seen).toEqual([fact]);
  const { sentAt } = mesh.facts.seen[0] as { sentAt: number };
  expect(sentAt).toBeGreaterThanOrEqual(before);
  expect(sentAt).toBeLessThanOrEqual(Date.now());
});
