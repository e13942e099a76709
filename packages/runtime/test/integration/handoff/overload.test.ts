import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { launchUnderTest } from '../support/agent-under-test.ts';
import { heldModel } from '../support/held-model.ts';
import { joinTest, newOwner } from '../support/mesh.ts';
import { shape } from '../support/raw-client.ts';

it('never runs more at a time than it has places, and answers all of a burst', async () => {
  let running = 0;
  let most = 0;
  const model = scriptedModel(async function* () {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    running -= 1;
    yield { type: 'text' as const, text: 'done' };
  });
  await using mesh = await joinTest(newOwner());
  await mesh.launch(new BaseAgent({ name: 'small', model, concurrency: 3 }));
  const results = await Promise.all(Array.from({ length: 200 }, () => mesh.ask('small', 'go')));
  expect(results.filter(({ success }) => success)).toHaveLength(200);
  expect(most).toBe(3);
});

it('waits for a busy agent within its deadline, and then says that it is busy', async () => {
  const { model, release } = heldModel();
  await using mesh = await joinTest(newOwner());
  await mesh.launch(new BaseAgent({ name: 'small', model, concurrency: 1 }));
  const first = mesh.ask('small', 'go');
  const refused = await mesh.ask('small', 'go', { timeoutMs: 400 });
  expect(refused.error).toMatchObject({
    code: 'RESOURCE_EXHAUSTED',
    retryable: true,
    message: '"small" is busy: all of its 1 places are taken',
  });
  const second = mesh.ask('small', 'go');
  release();
  expect([(await first).success, (await second).success]).toEqual([true, true]);
});

it('sends the work to an instance that has a place', async () => {
  const owner = newOwner();
  const { model, release } = heldModel();
  await using full = await joinTest(owner);
  await using free = await joinTest(owner);
  const one = await full.launch(new BaseAgent({ name: 'twin', model, concurrency: 1 }));
  const held = full.ask('twin', 'hold');
  while (one.inFlight === 0) await new Promise((resolve) => setImmediate(resolve));
  await free.launch(new BaseAgent({ name: 'twin', model: scriptedModel('free'), concurrency: 1 }));
  for (let i = 0; i < 10; i++) expect(await free.ask('twin', 'go')).toMatchObject({ response: 'free' });
  release();
  expect((await held).response).toBe('done');
});

it('answers a client of the bare protocol with 429 when it is full', async () => {
  const { model, release } = heldModel();
  await using host = await launchUnderTest(new BaseAgent({ name: 'small', model, concurrency: 1 }));
  const held = host.send('hold');
  while (host.launched.inFlight === 0) await new Promise((resolve) => setImmediate(resolve));
  expect(shape(await host.send('go'))).toEqual(['error 429', 'end']);
  release();
  expect(shape(await held)).toEqual(['ack', 'response', 'end']);
});

it('stops waiting for a busy agent when it is told to', async () => {
  const { model, release } = heldModel();
  await using mesh = await joinTest(newOwner());
  await mesh.launch(new BaseAgent({ name: 'small', model, concurrency: 1 }));
  const first = mesh.ask('small', 'go');
  const controller = new AbortController();
  const second = mesh.ask('small', 'go', { signal: controller.signal });
  setTimeout(() => controller.abort(), 200);
  expect((await second).error).toMatchObject({ code: 'CANCELLED' });
  release();
  await first;
});
