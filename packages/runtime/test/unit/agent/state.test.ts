import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { ConversationStates } from '../../../src/agent/conversation-states.ts';
import { hook } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { echoModel } from '../../../src/testing/models.ts';

class Counter extends Skill {
  readonly counts: unknown[] = [];

  @hook('on_message')
  count(context: Context) {
    context.state.count = ((context.state.count as number | undefined) ?? 0) + 1;
    this.counts.push(context.state.count);
  }
}

it('keeps state from run to run of a conversation, apart from other conversations and other users', async () => {
  const counter = new Counter();
  const agent = new BaseAgent({ name: 'desk', model: echoModel(), skills: { counter } });
  await agent.run('a', { conversation: 'c-1', user: 'ada' });
  await agent.run('b', { conversation: 'c-1', user: 'ada' });
  await agent.run('c', { conversation: 'c-2', user: 'ada' });
  await agent.run('d', { conversation: 'c-1', user: 'eve' });
  await agent.run('e', { conversation: 'c-1' });
  expect(counter.counts).toEqual([1, 2, 1, 1, 1]);
});

it('forgets the conversation longest untouched once there are a thousand', () => {
  const states = new ConversationStates();
  states.of('ada', 'first').seen = true;
  states.of('ada', 'second').seen = true;
  for (let i = 0; i < 998; i++) states.of('ada', `c-${i}`);
  expect(states.of('ada', 'first').seen).toBe(true);
  states.of('ada', 'one more');
  expect([states.of('ada', 'first').seen, states.of('ada', 'second').seen]).toEqual([true, undefined]);
});
