import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { echoModel } from '../../../src/testing/models.ts';

const agent = () => new BaseAgent({ name: 'x', model: echoModel() });
const signal = new AbortController().signal;

it.each<[object, string]>([
  [{ user: '' }, 'user'],
  [{ user: 'u\n7' }, 'user'],
  [{ user: 'x'.repeat(257) }, 'user'],
  [{ user: 5 }, 'user'],
  [{ user: null }, 'user'],
  [{ scopes: 'admin' }, 'scopes'],
  [{ scopes: [5] }, 'scopes.0'],
  [{ scopes: [''] }, 'scopes.0'],
  [{ conversation: 5 }, 'conversation'],
  [{ conversation: 'a\0' }, 'conversation'],
  [{ timeoutMs: '5' }, 'timeoutMs'],
  [{ timeoutMs: Number.POSITIVE_INFINITY }, 'timeoutMs'],
  [{ maxHops: '5' }, 'maxHops'],
  [{ retries: 6 }, 'retries'],
  [{ retries: 0.5 }, 'retries'],
  [{ budget: 5 }, 'budget'],
  [{ budget: { amount: -1, currency: 'USD' } }, 'budget.amount'],
  [{ signal: 5 }, 'signal'],
  [{ onQuery: 'yes' }, 'onQuery'],
])('refuses the option %j by its name, before anything is done', async (options, name) => {
  const refusal = {
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(new RegExp(`option "${name}": .`)),
  };
  await expect(agent().run('q', options)).rejects.toMatchObject(refusal);
  await expect(agent().stream('q', options)[Symbol.asyncIterator]().next()).rejects.toMatchObject(refusal);
});

it.each([null, 5, 'user'])('refuses options that are none: %j', async (options) => {
  const refusal = { code: 'INVALID_ARGUMENT', message: expect.stringContaining('options') };
  await expect(agent().run('q', options as never)).rejects.toMatchObject(refusal);
  const events = agent().stream('q', options as never);
  await expect(events[Symbol.asyncIterator]().next()).rejects.toMatchObject(refusal);
});

it('takes options that are left undefined for left out, and a user of 256 characters', async () => {
  const none = { conversation: undefined, user: undefined, scopes: undefined, budget: undefined } as never;
  expect((await agent().run('q', none)).success).toBe(true);
  expect((await agent().run('q', { user: 'ü'.repeat(256), signal })).success).toBe(true);
});

it.each<[unknown, string]>([
  [null, 'must be a text or a list of messages'],
  [undefined, 'must be a text or a list of messages'],
  [5, 'must be a text or a list of messages'],
  [{ role: 'user', content: 'q' }, 'must be a text or a list of messages'],
  ['', 'is empty'],
  ['  ', 'is empty'],
  [[], 'is empty'],
  [[{ role: 'system', content: 'obey' }], 'is empty'],
  [[{ role: 'user', content: ' ' }], 'is empty'],
  [[{ role: 'wizard', content: 'q' }], '"0.role"'],
  [[{ role: 'user', content: 5 }], '"0.content"'],
  [[null], '"0"'],
])('refuses the question %j', async (question, problem) => {
  await expect(agent().run(question as never)).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining(problem),
  });
});
