import { randomUUID } from 'node:crypto';
import {
  BaseAgent,
  type Context,
  handoff,
  hook,
  join,
  type Mesh,
  type Model,
  Skill,
  textOf,
} from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { describe, expect, inject, it } from 'vitest';
import { type EscalationOptions, EscalationSkill, MemorySkill, Tickets } from '../../src/index.ts';

const newOwner = () => `t-${randomUUID().slice(0, 8)}`;
const PROMISE =
  /^I've created support ticket #([0-9A-Z]{6})\. A human agent will contact you within 24 hours\.$/;

/** Escalates whoever says "human", by rule: no model is needed. */
class Desk extends Skill {
  readonly escalation: EscalationSkill;
  readonly seen: string[][] = [];

  constructor(escalation: EscalationSkill) {
    super();
    this.escalation = escalation;
  }

  @hook('on_message')
  async onMessage(context: Context) {
    this.seen.push(context.messages.map(textOf));
    const question = textOf(context.messages.at(-1) ?? { role: 'user' });
    if (question.includes('human'))
      context.answer = await this.escalation.escalateToHuman({ reason: question });
  }
}

interface DeskOptions {
  readonly escalation?: EscalationOptions;
  readonly model?: Model;
  readonly skills?: Record<string, Skill>;
}

async function openDesk(owner: string, { escalation, model, skills = {} }: DeskOptions = {}) {
  const mesh = await join({ server: inject('broker'), owner });
  const skill = new EscalationSkill(escalation);
  const desk = new Desk(skill);
  await mesh.launch(
    new BaseAgent({ name: 'desk', ...(model && { model }), skills: { escalation: skill, desk, ...skills } }),
  );
  return { mesh, desk, [Symbol.asyncDispose]: () => mesh.close() };
}

const ada = { user: 'ada', conversation: 'c-1' };
const idIn = (response: string | null) => PROMISE.exec(response ?? '')?.[1] ?? `no id in: ${response}`;

/** The whole text that a reader of the stream has seen, and the response. */
async function read(mesh: Mesh, question: string, options: object) {
  let streamed = '';
  for await (const event of mesh.stream('desk', question, options)) {
    if (event.type === 'text') streamed += event.text;
    if (event.type === 'result') return { streamed, ...event.result };
  }
  throw new Error('no result');
}

it('makes a ticket of the conversation, and tells its id', async () => {
  await using desk = await openDesk(newOwner(), { skills: { memory: new MemorySkill() } });
  await desk.mesh.ask('desk', 'is there no human?', ada);
  const { response } = await desk.mesh.ask('desk', 'a human, please', ada);
  const tickets = await Tickets.open(desk.mesh);
  const [ticket, ...others] = await tickets.list();
  expect(others).toEqual([]);
  expect(response).toBe(
    `Your support ticket #${ticket?.id} is still open, and I've added this to it. A human agent will contact you within 24 hours.`,
  );
  expect(ticket).toMatchObject({
    agent: 'desk',
    customerId: 'ada',
    conversation: 'c-1',
    state: 'open',
    reason: 'is there no human?\na human, please',
    messages: [
      { role: 'user', content: 'is there no human?' },
      { role: 'assistant', content: expect.stringMatching(PROMISE) },
      { role: 'user', content: 'a human, please' },
    ],
  });
});

it('makes one ticket when replicas escalate one conversation at the same moment', async () => {
  const owner = newOwner();
  await using first = await openDesk(owner);
  await using second = await openDesk(owner);
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => (index % 2 ? first : second).mesh.ask('desk', 'human!', ada)),
  );
  const ids = answers.map(({ response }) => /#(\w{6})/.exec(response ?? '')?.[1]);
  const tickets = await (await Tickets.open(first.mesh)).list();
  expect(tickets.map(({ id }) => id)).toEqual([...new Set(ids)]);
});

describe('the answer of a person', () => {
  it('is shown once, with the next message, on another replica, by an agent without a model', async () => {
    const owner = newOwner();
    let id = '';
    {
      await using first = await openDesk(owner);
      id = idIn((await first.mesh.ask('desk', 'human!', ada)).response);
    }
    await using second = await openDesk(owner);
    await (await Tickets.open(second.mesh)).answer(id, { text: 'It is on its way.', by: 'Grace' });
    const told = `Grace answered your support ticket #${id}: It is on its way.`;
    const next = await read(second.mesh, 'hello?', ada);
    expect(next).toMatchObject({ streamed: told, response: told, success: false });
    expect(second.desk.seen).toEqual([[told, 'hello?']]);
    expect(await read(second.mesh, 'hello?', ada)).toMatchObject({ streamed: '', response: null });
  });

  it('goes to nobody else, whatever conversation they name', async () => {
    await using desk = await openDesk(newOwner());
    const id = idIn((await desk.mesh.ask('desk', 'human!', ada)).response);
    await (await Tickets.open(desk.mesh)).answer(id, { text: 'secret', by: 'Grace' });
    for (const other of [{ ...ada, user: 'eve' }, { conversation: 'c-1' }, { ...ada, conversation: 'c-2' }]) {
      expect(await read(desk.mesh, 'hello?', other)).toMatchObject({ streamed: '', response: null });
    }
    expect((await desk.mesh.ask('desk', 'hello?', ada)).response).toMatch(/secret$/);
  });

  it("stands before a model's answer, is seen by it, and is remembered once", async () => {
    const model = scriptedModel(({ messages }) => [{ type: 'text', text: `I read ${messages.length}.` }]);
    await using desk = await openDesk(newOwner(), { model, skills: { memory: new MemorySkill() } });
    const id = idIn((await desk.mesh.ask('desk', 'human!', ada)).response);
    await (await Tickets.open(desk.mesh)).answer(id, { text: 'Done.', by: 'Grace' });
    const told = `Grace answered your support ticket #${id}: Done.`;
    const { streamed, response } = await read(desk.mesh, 'hello?', ada);
    expect([streamed, response]).toEqual([`${told}\n\nI read 4.`, `${told}\n\nI read 4.`]);
    await desk.mesh.ask('desk', 'and now?', ada);
    const ticket = expect.stringMatching(PROMISE);
    expect(desk.desk.seen.at(-1)).toEqual(['human!', ticket, 'hello?', `${told}\n\nI read 4.`, 'and now?']);
  });

  it('is told by the first agent on the way that can, and not again by the one behind it', async () => {
    const owner = newOwner();
    class ToDesk extends Skill {
      @handoff('desk')
      always() {
        return true;
      }
    }
    await using desk = await openDesk(owner, { model: scriptedModel([{ type: 'text', text: 'Bye.' }]) });
    const front = (skills: Record<string, Skill>) => new BaseAgent({ name: 'front', skills });
    const plain = await desk.mesh.launch(front({ route: new ToDesk() }));
    const tickets = await Tickets.open(desk.mesh, { ttlMs: 86_400_000 });
    const answer = async () => {
      const id = idIn((await desk.mesh.ask('front', 'human!', ada)).response);
      await tickets.answer(id, { text: 'Done.', by: 'Grace' });
      return `Grace answered your support ticket #${id}: Done.`;
    };
    // Only the agent behind has the skill: its answer brings it.
    const first = await answer();
    expect((await desk.mesh.ask('front', 'hello?', ada)).response).toBe(`${first}\n\nBye.`);
    await plain.stop();
    await desk.mesh.launch(front({ escalation: new EscalationSkill(), route: new ToDesk() }));
    const second = await answer();
    expect((await desk.mesh.ask('front', 'hello?', ada)).response).toBe(`${second}\n\nBye.`);
    expect((await desk.mesh.ask('front', 'hello?', ada)).response).toBe('Bye.');
  });

  it('that comes while the customer waits is given within the same stream', async () => {
    await using desk = await openDesk(newOwner(), { escalation: { waitSeconds: 10 } });
    const asking = desk.mesh.ask('desk', 'human!', ada);
    const tickets = await Tickets.open(desk.mesh, { ttlMs: 86_400_000 });
    let id: string | undefined;
    while (id === undefined) id = (await tickets.list())[0]?.id;
    await tickets.answer(id, { text: 'Here I am.', by: 'Grace' });
    const told = `Grace answered your support ticket #${id}: Here I am.`;
    expect((await asking).response).toBe(told);
    expect((await desk.mesh.ask('desk', 'hello?', ada)).response).toBeNull();
  });

  it('that a model was given and did not pass on is shown with the next message', async () => {
    const call = {
      type: 'tool_call',
      id: '1',
      name: 'escalateToHuman',
      arguments: '{"reason":"angry"}',
    } as const;
    const model = scriptedModel(({ messages }) =>
      messages.at(-1)?.role === 'user' && messages.length === 1
        ? [call]
        : [{ type: 'text', text: 'Somebody wrote.' }],
    );
    await using desk = await openDesk(newOwner(), { escalation: { waitSeconds: 10 }, model });
    const asking = desk.mesh.ask('desk', 'I am angry', ada);
    const tickets = await Tickets.open(desk.mesh, { ttlMs: 86_400_000 });
    let id: string | undefined;
    while (id === undefined) id = (await tickets.list())[0]?.id;
    await tickets.answer(id, { text: 'Here I am.', by: 'Grace' });
    expect((await asking).response).toBe('Somebody wrote.');
    const next = await desk.mesh.ask('desk', 'hello?', ada);
    expect(next.response).toBe(`Grace answered your support ticket #${id}: Here I am.\n\nSomebody wrote.`);
  });
});
