import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { join } from '../../../src/mesh.ts';
import { echoModel, scriptedModel } from '../../../src/testing/models.ts';
import { Step } from '../support/durable-skills.ts';
import { knows, untilSees } from '../support/foreign-host.ts';
import { heldModel } from '../support/held-model.ts';
import { ownBroker } from '../support/own-broker.ts';

const durable = { delivery: 'durable' } as const;

it('says that the broker is away to whoever looks after a durable run, within two seconds', async () => {
  await using broker = await ownBroker();
  await using mesh = await join({ server: broker.url });
  const held = heldModel();
  let begun = 0;
  const step = new Step(() => {
    begun += 1;
  });
  await mesh.launch(new BaseAgent({ name: 'held', model: held.model, skills: { step } }));
  const { id } = await mesh.submit('held', 'go');
  await held.started;
  await broker.kill();
  const began = performance.now();
  const attached = async () => {
    for await (const _event of mesh.attach(id));
  };
  const looks = [mesh.result(id), mesh.cancel(id), attached(), mesh.deadLetters.list()];
  for (const { status, reason } of (await Promise.allSettled(looks)) as PromiseRejectedResult[]) {
    expect({ status, reason }).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
    expect(reason.message).toMatch(/broker is away/);
  }
  expect(performance.now() - began).toBeLessThan(2500);
  // It goes on where it was.
  await broker.start();
  held.release();
  expect(await mesh.result(id, { wait: true })).toMatchObject({ success: true, response: 'done' });
  // What it came to was not lost with the broker that could not take it just then.
  expect(begun).toBe(1);
});

it('is asked while the broker is away, and answered when it is back', async () => {
  await using broker = await ownBroker();
  await using mesh = await join({ server: broker.url });
  await mesh.launch(new BaseAgent({ name: 'echo', model: echoModel() }));
  await broker.kill();
  const asked = mesh.ask('echo', 'hello', durable);
  const late = await mesh.ask('echo', 'too late', { ...durable, timeoutMs: 300 });
  expect(late).toMatchObject({ success: false, error: { code: 'DEADLINE_EXCEEDED' } });
  expect(late.durationMs).toBeLessThan(3000);
  await broker.start();
  expect(await asked).toMatchObject({ success: true, response: 'hello' });
});

it('has the whole of an answer that was being told when the broker went away', async () => {
  await using broker = await ownBroker();
  await using host = await join({ server: broker.url });
  await using asker = await join({ server: broker.url });
  let goOn = () => {};
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const model = scriptedModel(async function* () {
    yield { type: 'text' as const, text: 'one ' };
    await gate;
    yield { type: 'text' as const, text: 'two' };
  });
  await host.launch(new BaseAgent({ name: 'teller', model }));
  await host.launch(new BaseAgent({ name: 'echo', model: echoModel() }));
  await untilSees(asker, knows('teller'));
  const heard: string[] = [];
  for await (const event of asker.stream('teller', 'go', { whileAway: 'wait' })) {
    if (event.type === 'text') heard.push(event.text);
    if (event.type === 'text' && heard.length === 1) {
      await broker.kill();
      await broker.start();
      // Both are back.
      await expect.poll(async () => (await asker.ask('echo', 'you?')).success, { timeout: 5000 }).toBe(true);
      goOn();
    }
    if (event.type === 'result') expect(event.result).toMatchObject({ success: true, response: 'one two' });
  }
  expect(heard.join('')).toBe('one two');
});
