import { randomUUID } from 'node:crypto';
import { BaseAgent, join, textOf } from '@baton/runtime';
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
