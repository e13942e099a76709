import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { echoModel, scriptedModel } from '../../../src/testing/models.ts';
import { heldModel } from '../support/held-model.ts';
import { joinTest, newOwner } from '../support/mesh.ts';
import { answerOf, connectRaw, converse, watch } from '../support/raw-client.ts';

const echo = (name = 'echo') => new BaseAgent({ name, description: 'Says it again.', model: echoModel() });

interface Beat {
  agent: string;
  owner: string;
  session: string;
  instance_id: string;
  ts: string;
  interval_s: number;
  state: string;
}

it('registers as the micro service "agents" with the metadata the protocol requires, all strings', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  await using client = await connectRaw();
  const { instance } = await mesh.launch(echo());
  const info = (await client.request(`$SRV.INFO.agents.${instance}`)).json<Record<string, never>>();
  expect(info).toMatchObject({
    type: 'io.nats.micro.v1.info_response',
    name: 'agents',
    id: instance,
    description: 'Says it again.',
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    metadata: { agent: 'baton', owner, protocol_version: '0.3', session: 'echo' },
  });
  for (const value of Object.values(info.metadata ?? {})) expect(value).toBeTypeOf('string');
});

it('offers the endpoints prompt and status in the queue group "agents"', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  await using client = await connectRaw();
  const { instance } = await mesh.launch(echo());
  const { endpoints } = (await client.request(`$SRV.INFO.agents.${instance}`)).json<{
    endpoints: { name: string; metadata?: Record<string, unknown> }[];
  }>();
  expect(endpoints).toMatchObject([
    {
      name: 'prompt',
      subject: `agents.prompt.baton.${owner}.echo`,
      queue_group: 'agents',
      metadata: { max_payload: `${client.info?.max_payload}B`, attachments_ok: 'false' },
    },
    { name: 'status', subject: `agents.status.baton.${owner}.echo`, queue_group: 'agents' },
  ]);
});

it('answers a PING of all agents and of the one instance', async () => {
  await using mesh = await joinTest(newOwner());
  await using client = await connectRaw();
  const { instance } = await mesh.launch(echo());
  const ping = await client.request(`$SRV.PING.agents.${instance}`);
  expect(ping.json()).toMatchObject({ type: 'io.nats.micro.v1.ping_response', name: 'agents', id: instance });
});

it('can be reached the moment launch returns', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  await using client = await connectRaw();
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    await mesh.launch(echo(name));
    // A host that did not flush its subscriptions is answered for by the broker: no responders.
    const received = await converse(client, { to: `agents.prompt.baton.${owner}.${name}`, payload: name });
    expect(answerOf(received)).toBe(name);
  }
});

it('beats at once and then at the interval, with the service id as its instance id', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner, { heartbeatMs: 200 });
  await using client = await connectRaw();
  const beats = await watch(client, `agents.hb.baton.${owner}.echo`);
  const { instance } = await mesh.launch(echo());
  await client.flush();
  expect(beats.seen, 'a beat is out before launch returns').toHaveLength(1);
  await beats.until((messages) => messages.length >= 5);
  const times = beats.seen.map(({ at }) => at);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  // Up to a fifth early by design; the rest is what a busy machine may cost.
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(140);
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  expect(mean).toBeLessThan(290);
  for (const { message } of beats.seen) {
    expect(message.json<Beat>()).toMatchObject({
      agent: 'baton',
      owner,
      session: 'echo',
      instance_id: instance,
      interval_s: 0.2,
      state: 'ready',
    });
  }
});

it('writes an integer interval and an ISO time in UTC at the default interval', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  await using client = await connectRaw();
  const beats = await watch(client, `agents.hb.baton.${owner}.echo`);
  await mesh.launch(echo());
  await beats.until((messages) => messages.length > 0);
  const beat = beats.seen[0]?.message.json<Beat>();
  expect(beat?.interval_s).toBe(2);
  expect(beat?.ts).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
});

it('answers status with a fresh heartbeat without headers, whatever the request says', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  await using client = await connectRaw();
  const { instance } = await mesh.launch(echo());
  const subject = `agents.status.baton.${owner}.echo`;
  const first = await client.request(subject, 'anything');
  const second = await client.request(subject, '{"not": "read');
  expect(first.headers).toBeUndefined();
  expect(first.json<Beat>()).toMatchObject({ agent: 'baton', owner, instance_id: instance, interval_s: 2 });
  expect(Date.parse(first.json<Beat>().ts)).toBeGreaterThan(Date.now() - 2000);
  expect(Date.parse(second.json<Beat>().ts)).toBeGreaterThanOrEqual(Date.parse(first.json<Beat>().ts));
});

it('tells how much it has in hand, and that it is full, in its status', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  await using client = await connectRaw();
  const { model, release } = heldModel();
  await mesh.launch(new BaseAgent({ name: 'slow', model, concurrency: 2 }));
  const status = async () => (await client.request(`agents.status.baton.${owner}.slow`)).json();
  expect(await status()).toMatchObject({ state: 'ready', in_flight: 0, capacity: 2 });
  const to = `agents.prompt.baton.${owner}.slow`;
  const asked = [converse(client, { to, payload: 'one' }), converse(client, { to, payload: 'two' })];
  await client.flush();
  expect(await status()).toMatchObject({ state: 'busy', in_flight: 2, capacity: 2 });
  release();
  await Promise.all(asked);
  expect(await status()).toMatchObject({ state: 'ready', in_flight: 0 });
});

it('shares prompts between replicas, each answered once', async () => {
  const owner = newOwner();
  await using one = await joinTest(owner);
  await using two = await joinTest(owner);
  await using client = await connectRaw();
  const replica = (text: string) => new BaseAgent({ name: 'pair', model: scriptedModel(text) });
  await Promise.all([one.launch(replica('one')), two.launch(replica('two'))]);
  const to = `agents.prompt.baton.${owner}.pair`;
  const asks = Array.from({ length: 60 }, (_, i) => converse(client, { to, payload: `question ${i}` }));
  const answers = (await Promise.all(asks)).map(answerOf);
  const served = {
    one: answers.filter((a) => a === 'one').length,
    two: answers.filter((a) => a === 'two').length,
  };
  expect(served.one + served.two).toBe(60);
  expect(Math.min(served.one, served.two), 'both take a fair share').toBeGreaterThan(10);
});
