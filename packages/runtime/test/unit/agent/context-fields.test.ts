import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { type Context, getContext } from '../../../src/agent/context.ts';
import { hook } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { scriptedModel } from '../../../src/testing/models.ts';

/** An agent whose on_message hook sets one field of its context. */
function sets(field: 'answer' | 'messages', value: unknown) {
  class Sets extends Skill {
    @hook('on_message')
    set(context: Context) {
      Object.assign(context, { [field]: value });
    }
  }
  return new BaseAgent({ name: 'x', model: scriptedModel('of the model'), skills: { sets: new Sets() } });
}

it.each<['answer' | 'messages', unknown, string]>([
  ['answer', 5, '"context.answer" must be a text, not a value of type number'],
  ['answer', null, '"context.answer" must be a text, not null'],
  ['messages', 'x', '"context.messages"'],
  ['messages', null, '"context.messages"'],
  ['messages', [5], '"0"'],
  ['messages', [{ role: 'wizard', content: 'x' }], '"0.role"'],
])('refuses context.%s = %j by its name', async (field, value, message) => {
  expect(await sets(field, value).run('q')).toMatchObject({
    success: false,
    error: { code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) },
  });
});

it('takes an answer back that is set to undefined', async () => {
  expect((await sets('answer', undefined).run('q')).response).toBe('of the model');
  expect((await sets('answer', 'mine').run('q')).response).toBe('mine');
});

it('is found by getContext() in the model of an agent with skills; of one without, the error says so', async () => {
  const model = scriptedModel(() => [{ type: 'text', text: `asked by ${getContext().peerUserId}` }]);
  const skilled = new BaseAgent({ name: 'x', model, skills: { any: new Skill() } });
  expect((await skilled.run('q', { user: 'ada' })).response).toBe('asked by ada');
  expect((await new BaseAgent({ name: 'x', model }).run('q', { user: 'ada' })).error).toMatchObject({
    code: 'FAILED_PRECONDITION',
    message: expect.stringContaining('without skills'),
  });
});
