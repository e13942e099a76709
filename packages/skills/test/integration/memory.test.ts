import { randomUUID } from 'node:crypto';
import { BaseAgent, type Context, createLog, hook, join, Skill, textOf } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { expect, inject, it } from 'vitest';
import { MemorySkill } from '../../src/index.ts';

/** Says everything it was asked, oldest first: what it remembers is what it was given. */
const recalling = () =>
  scriptedModel(({ messages }) => [{ type: 'text', text: messages.map((m) => m.content).join(' | ') }]);

async function replica(owner: string, limit = 20) {
  const mesh = await join({ server: inject('broker'), owner });
  await mesh.launch(
    new BaseAgent({ name: 'desk', model: recalling(), skills: { memory: new MemorySkill({ limit }) } }),
  );
  return mesh;
}

const newOwner = () => `t-${randomUUID().slice(0, 8)}`;

it('continues a conversation on another replica', async () => {
  const owner = newOwner();
  {
    await using first = await replica(owner);
    await first.ask('desk', 'my name is Ada', { conversation: 'c-1' });
  }
  await using second = await replica(owner);
  const { response } = await second.ask('desk', 'who am I?', { conversation: 'c-1' });
  expect(response).toBe('my name is Ada | my name is Ada | who am I?');
});

it('begins anew in another conversation, and for another user of the same conversation', async () => {
  await using mesh = await replica(newOwner());
  await mesh.ask('desk', 'secret', { conversation: 'c-1', user: 'ada' });
  const other = await mesh.ask('desk', 'hello', { conversation: 'c-2', user: 'ada' });
  const eve = await mesh.ask('desk', 'hello', { conversation: 'c-1', user: 'eve' });
  const nobody = await mesh.ask('desk', 'hello', { conversation: 'c-1' });
  expect([other.response, eve.response, nobody.response]).toEqual(['hello', 'hello', 'hello']);
});

it('keeps the newest messages, as many as it is told', async () => {
  await using mesh = await replica(newOwner(), 2);
  const ask = async (text: string) => (await mesh.ask('desk', text, { conversation: 'c' })).response;
  expect(await ask('one')).toBe('one');
  expect(await ask('two')).toBe('one | one | two');
  // Two messages are kept: the question "two" and its answer.
  expect(await ask('three')).toBe('two | one | one | two | three');
});

it('leaves a conversation alone that the caller sends whole', async () => {
  await using mesh = await replica(newOwner());
  await mesh.ask('desk', 'stored', { conversation: 'c' });
  const whole = [
    { role: 'user', content: 'a' },
    { role: 'assistant', content: 'b' },
    { role: 'user', content: 'c' },
  ] as const;
  expect((await mesh.ask('desk', whole, { conversation: 'c' })).response).toBe(whole.map(textOf).join(' | '));
});

it('keeps both when two replicas answer one conversation at once, messages and state', async () => {
  const owner = newOwner();
  let open = () => {};
  class Notes extends Skill {
    readonly asked: string[] = [];
    /** What was known already, when the last message came. */
    known: string[] = [];

    @hook('on_message')
    async note({ state, messages }: Context) {
      const text = textOf(messages.at(-1) ?? { role: 'user' });
      this.known = Object.keys(state);
      state[text] = true;
      this.asked.push(text);
      if (text === 'wait') await new Promise<void>((resolve) => (open = resolve));
    }
  }
  const model = scriptedModel('a');
  const launch = async () => {
    const mesh = await join({ server: inject('broker'), owner });
    const notes = new Notes();
    await mesh.launch(
      new BaseAgent({ name: 'desk', model, skills: { memory: new MemorySkill({ limit: 1000 }), notes } }),
    );
    return { mesh, notes, [Symbol.asyncDispose]: () => mesh.close() };
  };
  await using first = await launch();
  const ask = (text: string) => first.mesh.ask('desk', text, { conversation: 'c' });
  const waiting = ask('wait');
  await expect.poll(() => first.notes.asked).toEqual(['wait']);
  await using second = await launch();
  const told: string[] = [];
  /** Asks until a replica has answered: the broker chooses which one does. */
  const askUntil = async ({ asked }: Notes) => {
    for (const before = asked.length; asked.length === before; ) {
      told.push(`q${told.length}`);
      await ask(told.at(-1) ?? '');
    }
  };
  await askUntil(second.notes);
  open();
  await waiting;
  for (const { notes } of [first, second]) {
    await askUntil(notes);
    expect(notes.known.sort()).toEqual(['wait', ...told.slice(0, -1)].sort());
    const shown = model.requests.at(-1)?.messages.filter(({ role }) => role === 'user');
    expect(shown?.map(({ content }) => content).sort()).toEqual(['wait', ...told].sort());
  }
});

it('gives up the oldest messages of a conversation that the broker finds too large, and says so', async () => {
  const lines: Record<string, unknown>[] = [];
  const log = await createLog({ destination: { write: (line) => void lines.push(JSON.parse(line)) } });
  await using mesh = await join({ server: inject('broker'), owner: newOwner(), log });
  const model = scriptedModel('a');
  await mesh.launch(new BaseAgent({ name: 'desk', model, skills: { memory: new MemorySkill() } }));
  const large = (letter: string) => letter.repeat(600_000);
  for (const text of [large('x'), large('y'), 'z']) await mesh.ask('desk', text, { conversation: 'c' });
  expect(model.requests.at(-1)?.messages.map(({ content }) => content[0])).toEqual(['a', 'y', 'a', 'z']);
  expect(lines).toContainEqual(expect.objectContaining({ dropped: 1, kept: 3 }));
});

it('takes a conversation for its own again after a hook has rewritten it', async () => {
  await using mesh = await join({ server: inject('broker'), owner: newOwner() });
  class Redact extends Skill {
    @hook('on_message')
    redact(context: Context) {
      context.messages = context.messages.map((message) => ({
        ...message,
        content: textOf(message).replace('42', '**'),
      }));
    }
  }
  const skills = { memory: new MemorySkill(), redact: new Redact() };
  await mesh.launch(new BaseAgent({ name: 'desk', model: recalling(), skills }));
  await mesh.ask('desk', 'card 42', { conversation: 'c' });
  const { response } = await mesh.ask('desk', 'again', { conversation: 'c' });
  expect(response).toBe('card ** | card ** | again');
});

it('answers although the state is no JSON, and says that it could not keep it', async () => {
  const lines: Record<string, unknown>[] = [];
  const log = await createLog({ destination: { write: (line) => void lines.push(JSON.parse(line)) } });
  await using mesh = await join({ server: inject('broker'), owner: newOwner(), log });
  class Count extends Skill {
    @hook('on_message')
    count({ state }: Context) {
      state.count = 1n;
    }
  }
  const skills = { memory: new MemorySkill(), count: new Count() };
  await mesh.launch(new BaseAgent({ name: 'desk', model: recalling(), skills }));
  expect((await mesh.ask('desk', 'hi', { conversation: 'c' })).response).toBe('hi');
  expect(lines).toContainEqual(expect.objectContaining({ reason: expect.stringContaining('BigInt') }));
});

it.each([{ limit: 0 }, { limit: 1.5 }, { ttlMs: -1 }, { ttlMs: Number.NaN }])('refuses %o', (options) => {
  expect(() => new MemorySkill(options)).toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('must be a positive'),
    }),
  );
});
