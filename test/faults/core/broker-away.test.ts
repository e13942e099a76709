import { setTimeout as sleep } from 'node:timers/promises';
import { BaseAgent, createLog, join } from '@baton/runtime';
import { echoModel, scriptedModel } from '@baton/runtime/testing';
import { connect } from 'nats';
import { describe, expect, it } from 'vitest';
import { Bus } from '../../../packages/runtime/src/bus/bus.ts';
import { FaultyBroker } from '../support/broker.ts';

const echo = () => new BaseAgent({ name: 'echo', model: echoModel() });

/** An agent at work until it is let go. */
function heldAgent() {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const model = scriptedModel(async function* () {
    await gate;
    yield { type: 'text' as const, text: 'done' };
  });
  return { agent: new BaseAgent({ name: 'held', model }), release: () => release() };
}

async function meshOn(broker: FaultyBroker, agent = echo()) {
  const [host, asker] = await Promise.all([join({ server: broker.url }), join({ server: broker.url })]);
  const launched = await host.launch(agent);
  return {
    asker,
    host,
    launched,
    async [Symbol.asyncDispose]() {
      await asker.close();
      await host.close(0);
    },
  };
}

describe.concurrent('while the broker is away', () => {
  it('fails a question in words that say so, within two seconds', async ({ expect }) => {
    await using broker = await FaultyBroker.start();
    await using mesh = await meshOn(broker);
    await broker.kill();
    for (let turn = 0; turn < 3; turn += 1) {
      const result = await mesh.asker.ask('echo', 'hello');
      expect(result.error).toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.stringMatching(/broker.*is away/),
      });
      expect(result.durationMs).toBeLessThan(2000);
    }
  });

  it('keeps a question that may wait, and has it answered when the broker is back', async ({ expect }) => {
    await using broker = await FaultyBroker.start();
    await using mesh = await meshOn(broker);
    await broker.kill();
    // A question that was on its way at that moment would be lost, and it would not be known whether it was answered.
    await sleep(200);
    const asked = mesh.asker.ask('echo', 'hello', { whileAway: 'wait' });
    await sleep(1500);
    await broker.start();
    expect(await asked).toMatchObject({ success: true, response: 'hello' });
  });

  it('ends a question that waits at its deadline, and at once when it is cancelled', async ({ expect }) => {
    await using broker = await FaultyBroker.start();
    await using mesh = await meshOn(broker);
    await broker.kill();
    const cancel = new AbortController();
    const late = mesh.asker.ask('echo', 'hello', { whileAway: 'wait', timeoutMs: 1500 });
    const cancelled = mesh.asker.ask('echo', 'hello', { whileAway: 'wait', signal: cancel.signal });
    cancel.abort();
    expect((await cancelled).error?.code).toBe('CANCELLED');
    expect((await late).error?.code).toBe('DEADLINE_EXCEEDED');
    await expect(mesh.asker.ask('echo', 'x', { whileAway: 'maybe' as 'wait' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('says so in the log, once, and when it is back', async ({ expect }) => {
    await using broker = await FaultyBroker.start();
    const lines: string[] = [];
    const log = await createLog({ destination: { write: (line) => void lines.push(line) } });
    await using _mesh = await join({ server: broker.url, log });
    await broker.kill();
    await expect
      .poll(() => lines.filter((line) => line.includes('the broker is away')).length, { timeout: 3000 })
      .toBe(1);
    await broker.start();
    await expect.poll(() => lines.at(-1), { timeout: 3000 }).toMatch(/"awayMs":\d+.*the broker is back/);
  });
});

describe.concurrent('after the broker came back', () => {
  it('has the answer of an agent that was at work all the time', async ({ expect }) => {
    await using broker = await FaultyBroker.start();
    const { agent, release } = heldAgent();
    await using mesh = await meshOn(broker, agent);
    const asked = mesh.asker.ask('held', 'work', { whileAway: 'wait' });
    await expect.poll(() => mesh.launched.inFlight).toBe(1);
    await broker.kill();
    await sleep(1200);
    await broker.start();
    // Longer than an agent that has gone may stay unheard of.
    await sleep(4000);
    release();
    expect(await asked).toMatchObject({ success: true, response: 'done' });
  });

  it('does not wait for an answer that was given meanwhile', async ({ expect }) => {
    await using broker = await FaultyBroker.start();
    const { agent, release } = heldAgent();
    await using mesh = await meshOn(broker, agent);
    const asked = mesh.asker.ask('held', 'work', { whileAway: 'wait' });
    await expect.poll(() => mesh.launched.inFlight).toBe(1);
    await broker.kill();
    release();
    await expect.poll(() => mesh.launched.inFlight).toBe(0);
    await broker.start();
    const back = performance.now();
    const { error } = await asked;
    expect(error).toMatchObject({ code: 'UNAVAILABLE', message: expect.stringMatching(/broker was away/) });
    expect(performance.now() - back).toBeLessThan(5000);
  });

  it('stops work that was given up meanwhile', async ({ expect }) => {
    await using broker = await FaultyBroker.start();
    const { agent } = heldAgent();
    await using mesh = await meshOn(broker, agent);
    const asked = mesh.asker.ask('held', 'work');
    await expect.poll(() => mesh.launched.inFlight).toBe(1);
    await broker.kill();
    expect((await asked).error?.code).toBe('UNAVAILABLE');
    await broker.start();
    await expect.poll(() => mesh.launched.inFlight, { timeout: 5000 }).toBe(0);
  });

  it('announces its agents at once, whatever their interval', async ({ expect }) => {
    await using broker = await FaultyBroker.start();
    await using host = await join({ server: broker.url, heartbeatMs: 60_000 });
    await host.launch(echo());
    const watcher = await connect({
      servers: broker.url,
      reconnectTimeWait: 20,
      reconnectJitter: 0,
      maxReconnectAttempts: -1,
    });
    let beats = 0;
    watcher.subscribe('agents.hb.>', { callback: () => beats++ });
    await watcher.flush();
    await broker.kill();
    await broker.start();
    await expect.poll(() => beats, { timeout: 3000 }).toBeGreaterThan(0);
    await watcher.close();
  });

  it('follows a log from where it left off', async ({ expect }) => {
    await using broker = await FaultyBroker.start();
    await using bus = await Bus.connect({ server: broker.url, name: 'test' });
    const log = await bus.log({ owner: 'test', name: 'notes' });
    const seen: unknown[] = [];
    const following = await log.follow(1, ({ value }) => seen.push(value));
    for (const [index, value] of ['a', 'b', 'c'].entries()) {
      await expect
        .poll(() => log.append(value, { id: value, expectedLast: index }).catch(() => 0), { timeout: 5000 })
        .toBe(index + 1);
      await expect.poll(() => seen, { timeout: 5000 }).toHaveLength(index + 1);
      await broker.kill();
      await sleep(300);
      await broker.start();
    }
    expect(seen).toEqual(['a', 'b', 'c']);
    following.close();
  });
});

describe.concurrent('a broker that is frozen', () => {
  it('is noticed by whoever waits for an answer, within three seconds, and forgiven', async ({ expect }) => {
    await using broker = await FaultyBroker.start();
    await using mesh = await meshOn(broker);
    expect((await mesh.asker.ask('echo', 'hello')).success).toBe(true);
    await broker.freeze();
    const result = await mesh.asker.ask('echo', 'hello');
    expect(result.error).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/does not answer/),
    });
    expect(result.durationMs).toBeLessThan(3500);
    broker.thaw();
    await expect
      .poll(async () => (await mesh.asker.ask('echo', 'hello')).success, { timeout: 5000 })
      .toBe(true);
  });
});

describe.concurrent('a broker that dies while an agent is launched', () => {
  it('makes that fail as what it is, and leaves no half of an agent behind', async ({ expect }) => {
    await using broker = await FaultyBroker.start();
    await using host = await join({ server: broker.url });
    await using asker = await join({ server: broker.url });
    await Promise.all([host.synced(), asker.synced()]);
    await broker.freeze();
    const launching = host.launch(echo());
    const failed = expect(launching).rejects.toMatchObject({ name: 'BatonError', code: 'UNAVAILABLE' });
    await sleep(200);
    await broker.kill();
    await failed;
    await broker.start();
    const again = () => host.launch(echo()).then(Boolean, () => false);
    await expect.poll(again, { timeout: 5000 }).toBe(true);
    // The asker comes back by itself, not with the host.
    const answers = async () => (await asker.ask('echo', 'hello')).success;
    await expect.poll(answers, { timeout: 5000 }).toBe(true);
    expect(asker.instances()).toHaveLength(1);
  });
});

describe.concurrent('a broker that refuses', () => {
  it('a request is told to whoever made it, at once', async ({ expect }) => {
    const user = '{ user: all, password: x, permissions: { publish: { deny: "agents.prompt.>" } } }';
    await using broker = await FaultyBroker.start({
      config: `authorization { users: [${user}] }\nno_auth_user: all`,
    });
    await using host = await join({ server: broker.url });
    await host.launch(echo());
    await using asker = await join({ server: broker.url });
    await asker.synced();
    const result = await asker.ask('echo', 'hello');
    expect(result.error).toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringMatching(/agents\.prompt\.baton\.default\.echo/),
    });
    expect(result.durationMs).toBeLessThan(1000);
  });
});

describe.concurrent('a broker without JetStream', () => {
  it('carries what fits into one message, and says what larger questions need', async ({ expect }) => {
    await using broker = await FaultyBroker.start({ jetstream: false });
    await using mesh = await meshOn(broker);
    expect((await mesh.asker.ask('echo', 'x'.repeat(800_000))).response).toHaveLength(800_000);
    const { error } = await mesh.asker.ask('echo', 'x'.repeat(2_000_000));
    expect(error).toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: expect.stringMatching(/needs a broker with JetStream/),
    });
    expect((await mesh.asker.ask('echo', 'hello')).success).toBe(true);
  });
});

it('keeps nothing that would be sent later, while the broker is away', async () => {
  await using broker = await FaultyBroker.start();
  await using bus = await Bus.connect({ server: broker.url, name: 'test' });
  await broker.kill();
  await expect.poll(() => bus.isDown).toBe(true);
  const beat = new Uint8Array(1024);
  const before = process.memoryUsage().arrayBuffers;
  for (let beats = 0; beats < 100_000; beats += 1) bus.publish('agents.hb.x', beat);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
});
