import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { join } from '../../../src/mesh.ts';
import { echoModel, scriptedModel } from '../../../src/testing/models.ts';
import { knows, untilSees } from '../support/foreign-host.ts';
import { ownBroker } from '../support/own-broker.ts';

const echo = () => new BaseAgent({ name: 'echo', model: echoModel() });

it('says what to do when there is no broker, within three seconds', async () => {
  const began = performance.now();
  await expect(join({ server: 'nats://127.0.0.1:9' })).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringMatching(/no broker answers at nats:\/\/127\.0\.0\.1:9.*baton up/),
  });
  expect(performance.now() - began).toBeLessThan(3500);
});

it('closes within seconds although the broker is gone', async () => {
  await using broker = await ownBroker();
  const mesh = await join({ server: broker.url });
  await mesh.launch(echo());
  await broker.stop();
  const began = performance.now();
  await mesh.close();
  expect(performance.now() - began).toBeLessThan(6000);
});

it('closes at once after joining, before it has looked around', async () => {
  await using broker = await ownBroker();
  const mesh = await join({ server: broker.url });
  await mesh.close();
  await mesh.synced().catch(() => {});
  await mesh.close();
});

it('finds its agents again when the broker comes back', async () => {
  await using broker = await ownBroker();
  await using host = await join({ server: broker.url, heartbeatMs: 300 });
  await using asker = await join({ server: broker.url });
  await host.launch(echo());
  await untilSees(asker, knows('echo'));
  await broker.stop();
  await untilSees(asker, (mesh) => mesh.instances().length === 0, 5000);
  await broker.start();
  await untilSees(asker, knows('echo'), 10_000);
  await expect.poll(async () => (await asker.ask('echo', 'hello')).success, { timeout: 5000 }).toBe(true);
});

it('fails a question asked while the broker is away at its deadline', async () => {
  await using broker = await ownBroker();
  await using mesh = await join({ server: broker.url });
  await mesh.launch(echo());
  await broker.kill();
  // Many, because a timer fires a moment early now and then.
  const asked = Array.from({ length: 20 }, (_, n) => mesh.ask('echo', 'hello', { timeoutMs: 300 + n }));
  for (const result of await Promise.all(asked)) {
    expect(result).toMatchObject({ success: false, error: { code: 'DEADLINE_EXCEEDED' } });
    expect(result.durationMs).toBeLessThan(1200);
  }
});

it('ends the question that was waiting when a member closes', async () => {
  await using broker = await ownBroker();
  await using host = await join({ server: broker.url });
  const model = scriptedModel(async function* ({ signal }) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    yield* [];
  });
  const launched = await host.launch(new BaseAgent({ name: 'stuck', model }));
  const asker = await join({ server: broker.url });
  const asked = asker.ask('stuck', 'hello');
  await expect.poll(() => launched.inFlight).toBe(1);
  const began = performance.now();
  await asker.close();
  expect(await asked).toMatchObject({ success: false, error: { code: 'UNAVAILABLE' } });
  expect(performance.now() - began).toBeLessThan(1000);
  await launched.stop(0);
});
