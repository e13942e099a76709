import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { echoModel, scriptedModel } from '../../../src/testing/models.ts';
import { launchUnderTest } from '../support/agent-under-test.ts';
import { answerOf, shape } from '../support/raw-client.ts';

const echoHost = () => launchUnderTest(new BaseAgent({ name: 'echo', model: echoModel() }));

/** A whole and valid envelope for the agent `echo` of `owner`, but for what `changes` says. */
const envelope = (owner: string, changes: Record<string, unknown> = {}) => ({
  v: 1,
  id: '01J00000000000000000000000',
  conversation: 'c1',
  source: { agent: 'raw', instance: 'i' },
  target: `${owner}/echo`,
  mode: 'call',
  context: {},
  metadata: {},
  path: [],
  hops: 0,
  maxHops: 10,
  deadline: Date.now() + 10_000,
  remainingMs: 10_000,
  caller: {},
  ...changes,
});

const json = (value: unknown) => JSON.stringify(value);

it('takes a valid envelope and tells its caller the result in a note of its own', async () => {
  await using host = await echoHost();
  const received = await host.send(json({ prompt: 'hello', baton: envelope(host.owner) }));
  expect(shape(received)).toEqual(['ack', 'response', 'baton', 'end']);
  expect(received[2]?.json).toMatchObject({
    data: { kind: 'result', result: { success: true, agent: 'echo', conversation: 'c1', handoffs: [] } },
  });
});

it.each([
  ['meant for another agent', { target: 'other/echo' }, 'error 400'],
  ['that has passed through this agent before', 'loop', 'error 409'],
  ['past its hop limit', { hops: 11 }, 'error 409'],
  ['with no time left', { remainingMs: 0 }, 'error 500'],
  ['with less than no time left', { remainingMs: -5 }, 'error 500'],
  ['that lay in a queue past its deadline', { deadline: Date.now() - 60_000 }, 'error 500'],
  ['with a negative hop count', { hops: -1 }, 'error 400'],
  ['with a hop limit of zero', { maxHops: 0 }, 'error 400'],
  ['with an empty id', { id: '' }, 'error 400'],
  ['with a conversation of 129 characters', { conversation: 'c'.repeat(129) }, 'error 400'],
  ['with a mode nobody knows', { mode: 'teleport' }, 'error 400'],
  ['with messages that are none', { messages: [{ role: 'king', content: 'x' }] }, 'error 400'],
  ['with a timeout that is none', { metadata: { timeout: -1 } }, 'error 400'],
])('refuses an envelope %s itself, without an ack', async (_what, changes, error) => {
  await using host = await echoHost();
  const fields = changes === 'loop' ? { path: ['x/y', `${host.owner}/echo`] } : (changes as object);
  const received = await host.send(json({ prompt: 'x', baton: envelope(host.owner, { ...fields }) }));
  expect(shape(received)).toEqual([error, 'end']);
});

it('takes an envelope whose clock is a quarter of a minute behind', async () => {
  await using host = await echoHost();
  const baton = envelope(host.owner, { deadline: Date.now() - 15_000, remainingMs: 5000 });
  expect(answerOf(await host.send(json({ prompt: 'hello', baton })))).toBe('hello');
});

it('keeps to the time an envelope leaves, and says that it has passed', async () => {
  const model = scriptedModel(async function* ({ signal }) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    yield* [];
  });
  await using host = await launchUnderTest(new BaseAgent({ name: 'echo', model }));
  const baton = envelope(host.owner, { remainingMs: 300 });
  const received = await host.send(json({ prompt: 'x', baton }));
  expect(shape(received)).toEqual(['ack', 'error 500', 'end']);
  expect(received[1]?.json).toMatchObject({ error: 'deadline_exceeded' });
});

it('refuses a path longer than any chain may be, before it is read out to anyone', async () => {
  await using host = await echoHost();
  const path = [...Array.from({ length: 240_000 }, () => 'a'), `${host.owner}/echo`];
  const received = await host.send(json({ prompt: 'x', baton: envelope(host.owner, { path }) }));
  expect(shape(received)).toEqual(['error 400', 'end']);
  expect(answerOf(await host.send('still there?'))).toBe('still there?');
});

it('is not brought down by the longest target name a request can hold', async () => {
  await using host = await echoHost();
  const room =
    (host.client.info?.max_payload ?? 0) - json({ prompt: 'x', baton: envelope(host.owner) }).length;
  const target = `${host.owner}/echo${'"'.repeat(Math.floor(room / 2))}`;
  const received = await host.send(json({ prompt: 'x', baton: envelope(host.owner, { target }) }));
  expect(shape(received)).toEqual(['error 400', 'end']);
  expect(answerOf(await host.send('still there?'))).toBe('still there?');
});

it('does not let an envelope reach the prototype of anything', async () => {
  await using host = await echoHost();
  const text = json({ prompt: 'x', baton: envelope(host.owner) }).replace(
    '"context":{}',
    '"context":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  );
  await host.send(text);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
