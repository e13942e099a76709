import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { join } from '../../../src/mesh.ts';
import { echoModel } from '../../../src/testing/models.ts';
import { startBroker } from '../../../src/testing/start-broker.ts';
import { joinTest, newOwner } from '../support/mesh.ts';
import { connectRaw } from '../support/raw-client.ts';

/** An observer of everything: the broker then never says that nobody is there. */
async function observed(owner: string) {
  const raw = await connectRaw();
  raw.subscribe('>', { callback: () => {} });
  await raw.flush();
  const member = await joinTest(owner, { stays: true });
  await member.synced();
  return {
    member,
    async [Symbol.asyncDispose]() {
      await member.close();
      await raw.close();
    },
  };
}

it('knows at once that there is no such agent, although an observer listens to everything', async () => {
  const owner = newOwner();
  await using mesh = await observed(owner);
  await mesh.member.launch(new BaseAgent({ name: 'billing', model: echoModel() }));
  const result = await mesh.member.ask('biling', 'hi');
  expect(result.error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('billing') });
  expect(result.durationMs).toBeLessThan(500);
});

it('knows at once that an agent is gone, also as a newcomer, although an observer listens to everything', async () => {
  const owner = newOwner();
  await using mesh = await observed(owner);
  const agent = await mesh.member.launch(new BaseAgent({ name: 'billing', model: echoModel() }));
  await agent.stop();
  await using newcomer = await joinTest(owner);
  for (const who of [mesh.member, newcomer]) {
    const result = await who.ask('billing', 'hi');
    expect(result.error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('gone for') });
    expect(result.durationMs).toBeLessThan(500);
  }
});

it('asks an agent that is alive as a newcomer, although an observer listens to everything', async () => {
  const owner = newOwner();
  await using mesh = await observed(owner);
  await mesh.member.launch(new BaseAgent({ name: 'billing', model: echoModel() }));
  await using newcomer = await joinTest(owner);
  expect((await newcomer.ask('billing', 'hi')).response).toBe('hi');
});

it('says that the broker is away, to those who wait and to those who ask later', async () => {
  await using broker = await startBroker();
  const mesh = await join({ server: broker.url });
  const never = {
    name: 'test/never',
    generate: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }),
  };
  await mesh.launch(new BaseAgent({ name: 'slow', model: never }));
  const waiting = mesh.ask('slow', 'hi');
  await broker.stop();
  const away = { code: 'UNAVAILABLE', message: expect.stringContaining('is away') };
  expect((await waiting).error).toMatchObject(away);
  const later = await mesh.ask('slow', 'hi');
  expect(later.error).toMatchObject(away);
  expect(later.durationMs).toBeLessThan(500);
  await mesh.close(0);
});
