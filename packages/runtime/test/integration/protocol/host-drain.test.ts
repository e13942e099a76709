import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { echoModel } from '../../../src/testing/models.ts';
import { launchUnderTest } from '../support/agent-under-test.ts';
import { heldModel } from '../support/held-model.ts';
import { joinTest } from '../support/mesh.ts';
import { answerOf, connectRaw, exchange, shape } from '../support/raw-client.ts';

/** An agent whose answers wait until they are released. */
function heldAgent(name = 'slow') {
  const { model, release } = heldModel();
  return { agent: new BaseAgent({ name, model }), release };
}

it('finishes the work in hand, takes nothing new, and only then says goodbye', async () => {
  const { agent, release } = heldAgent();
  await using host = await launchUnderTest(agent);
  const states: string[] = [];
  host.client.subscribe(`agents.hb.baton.${host.owner}.slow`, {
    callback: (_error, message) => states.push(message.json<{ state: string }>().state),
  });
  const asked = exchange(host.client, { to: host.to, payload: 'work' });
  await expect.poll(() => host.launched.inFlight).toBe(1);
  const stopped = host.launched.stop();
  const late = () => host.client.request(host.to, 'late', { timeout: 500 }).catch((error) => error.code);
  await expect.poll(late).toBe('503');
  expect(states.at(-1)).toBe('draining');
  release();
  expect(shape(await asked)).toEqual(['ack', 'response', 'end']);
  await stopped;
  await host.client.flush();
  expect(states.at(-1)).toBe('stopped');
});

it('tells the callers of what it could not finish in the grace time, and ends their streams', async () => {
  const { agent } = heldAgent();
  await using host = await launchUnderTest(agent);
  const asked = exchange(host.client, { to: host.to, payload: 'work' });
  await expect.poll(() => host.launched.inFlight).toBe(1);
  await host.launched.stop(50);
  expect(host.launched.inFlight).toBe(0);
  const received = await asked;
  expect(shape(received)).toEqual(['ack', 'error 500', 'end']);
  expect(received[1]?.json).toMatchObject({ error: 'unavailable', retryable: true });
});

it('can be closed in the middle of work without a trace of it afterwards', async () => {
  const { agent, release } = heldAgent();
  const host = await launchUnderTest(agent);
  await using asker = await joinTest(host.owner);
  const asked = asker.ask('slow', 'work');
  await expect.poll(() => host.launched.inFlight).toBe(1);
  await host.mesh.close(50);
  expect(await asked).toMatchObject({ success: false, error: { code: 'UNAVAILABLE' } });
  // What the model says now is said to nobody: it must not reach a closed connection.
  release();
  await new Promise((resolve) => setImmediate(resolve));
  await host.client.close();
});

it('stops once, however often it is told to', async () => {
  await using host = await launchUnderTest(new BaseAgent({ name: 'echo', model: echoModel() }));
  const goodbyes: string[] = [];
  host.client.subscribe(`agents.hb.baton.${host.owner}.echo`, {
    callback: (_error, message) => {
      const { state } = message.json<{ state: string }>();
      if (state === 'stopped') goodbyes.push(state);
    },
  });
  await host.client.flush();
  await Promise.all([host.launched.stop(), host.launched.stop()]);
  await host.mesh.close();
  await host.client.flush();
  expect(goodbyes).toEqual(['stopped']);
});

it('loses no question while its replicas are replaced one after another', async () => {
  const echo = () => new BaseAgent({ name: 'echo', model: echoModel() });
  await using host = await launchUnderTest(echo());
  await using client = await connectRaw();
  const answers: Promise<string>[] = [];
  let asking = true;
  const asker = (async () => {
    for (let i = 0; asking; i++) {
      answers.push(exchange(client, { to: host.to, payload: `q${i}` }).then(answerOf));
      await client.flush();
    }
  })();
  let current = host.launched;
  for (let i = 0; i < 5; i++) {
    const next = await host.mesh.launch(echo());
    await current.stop();
    current = next;
  }
  asking = false;
  await asker;
  const texts = await Promise.all(answers);
  expect(texts.length).toBeGreaterThan(5);
  expect(texts).toEqual(texts.map((_text, i) => `q${i}`));
});
