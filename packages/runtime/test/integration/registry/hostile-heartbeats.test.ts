import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Mesh } from '../../../src/mesh.ts';
import { echoModel } from '../../../src/testing/models.ts';
import { knows, startForeignHost, untilSees } from '../support/foreign-host.ts';
import { joinTest, newOwner } from '../support/mesh.ts';
import { connectRaw } from '../support/raw-client.ts';

const own = (mesh: Mesh) => mesh.instances().filter(({ owner }) => owner === mesh.owner);

/** A member that sees one honest agent, and a client that may publish anything at all. */
async function withHonestAgent() {
  const owner = newOwner();
  const mesh = await joinTest(owner);
  const host = await startForeignHost({ owner, name: 'honest', interval: 30 });
  const attacker = await connectRaw();
  await untilSees(mesh, knows('honest'));
  return {
    owner,
    mesh,
    host,
    /** Publishes a heartbeat, and returns when the member has dealt with it. */
    async attack(subject: string, payload: string | Uint8Array) {
      attacker.publish(subject, payload);
      const name = `mark-${Math.random().toString(36).slice(2)}`;
      const beat = { agent: 'other', owner, instance_id: name, ts: '', interval_s: 30 };
      attacker.publish(`agents.hb.other.${owner}.${name}`, JSON.stringify(beat));
      await untilSees(mesh, (seen) => seen.instances().some(({ agent }) => agent === name));
      attacker.publish(`agents.hb.other.${owner}.${name}`, JSON.stringify({ ...beat, state: 'stopped' }));
      await untilSees(mesh, (seen) => !seen.instances().some(({ agent }) => agent === name));
    },
    async [Symbol.asyncDispose]() {
      await mesh.close();
      await Promise.all([host.client.close(), attacker.close()]);
    },
  };
}

const whole = (owner: string, changes: Record<string, unknown>) =>
  JSON.stringify({
    agent: 'other',
    owner,
    session: 'evil',
    instance_id: 'EVIL',
    ts: new Date().toISOString(),
    interval_s: 1,
    ...changes,
  });

it('sees the agent of a heartbeat that is in order', async () => {
  await using test = await withHonestAgent();
  await test.attack(`agents.hb.other.${test.owner}.evil`, whole(test.owner, {}));
  expect(own(test.mesh).map(({ agent }) => agent)).toEqual(['honest', 'evil']);
});

it.each<[string, Record<string, unknown>]>([
  ['an interval of 0', { interval_s: 0 }],
  ['a negative interval', { interval_s: -1 }],
  ['an interval of thirty years', { interval_s: 1e9 }],
  ['an interval beyond all numbers', { interval_s: '1e999' }],
  ['no interval', { interval_s: undefined }],
  ['an empty instance id', { instance_id: '' }],
  ['an instance id that is a number', { instance_id: 7 }],
  ['no instance id', { instance_id: undefined }],
  ['dots in its instance id', { instance_id: 'a.b.c' }],
  ['a wildcard as its instance id', { instance_id: '*' }],
  ['a wildcard tail as its instance id', { instance_id: '>' }],
  ['a line break in its instance id', { instance_id: 'a\r\nPUB x 0' }],
  ['a space in its instance id', { instance_id: 'a b' }],
  ['an instance id of half a megabyte', { instance_id: 'x'.repeat(500_000) }],
  ['a list as its agent', { agent: ['other'] }],
  ['no owner', { owner: undefined }],
  ['a time that is a number', { ts: 5 }],
])('does not take a heartbeat with %s', async (_what, changes) => {
  await using test = await withHonestAgent();
  const before = own(test.mesh);
  await test.attack(`agents.hb.other.${test.owner}.evil`, whole(test.owner, changes));
  expect(own(test.mesh)).toEqual(before);
});

it.each<[string, string | Uint8Array]>([
  ['nothing', ''],
  ['plain text', 'I am alive'],
  ['broken JSON', '{"agent":"other",'],
  ['a list', '[]'],
  ['null', 'null'],
  ['bytes that are no text', Uint8Array.from([0xff, 0xfe, 0x00])],
  ['nine hundred kilobytes of brackets', '['.repeat(900_000)],
])('does not take %s for a heartbeat', async (_what, payload) => {
  await using test = await withHonestAgent();
  const before = own(test.mesh);
  await test.attack(`agents.hb.other.${test.owner}.evil`, payload);
  expect(own(test.mesh)).toEqual(before);
});

it.each(['agents.hb.other.OWNER.evil.more', 'agents.hb.other.OWNER', 'agents.hb.OWNER', 'agents.hb'])(
  'does not take a heartbeat on %s',
  async (subject) => {
    await using test = await withHonestAgent();
    const before = own(test.mesh);
    await test.attack(subject.replace('OWNER', test.owner), whole(test.owner, {}));
    expect(own(test.mesh)).toEqual(before);
  },
);

it.each(['ready', 'stopped'])(
  'does not let an agent speak for an instance of another one: %s',
  async (state) => {
    await using test = await withHonestAgent();
    const before = own(test.mesh);
    const forged = whole(test.owner, { instance_id: test.host.instance, state });
    await test.attack(`agents.hb.other.${test.owner}.evil`, forged);
    expect(own(test.mesh)).toEqual(before);
    expect(await test.mesh.ask('honest', 'still there?')).toMatchObject({ success: true });
  },
);

it('does not let the answer to a discovery question describe another instance than the one asked', async () => {
  await using test = await withHonestAgent();
  await using evil = await startForeignHost({ owner: test.owner, name: 'evil', interval: 30 });
  const info = {
    name: 'agents',
    version: '6.6.6',
    metadata: { agent: 'other', owner: test.owner, protocol_version: '0.3' },
    endpoints: [{ name: 'prompt', subject: `agents.prompt.other.${test.owner}.evil` }],
  };
  evil.client.subscribe('$SRV.INFO.agents.LIAR', {
    callback: (_error, message) => message.respond(JSON.stringify({ ...info, id: test.host.instance })),
  });
  await evil.client.flush();
  await test.attack(`agents.hb.other.${test.owner}.liar`, whole(test.owner, { instance_id: 'LIAR' }));
  // The lie comes on the connection this answer comes on, before it.
  await test.mesh.ask('evil', 'hello');
  const honest = own(test.mesh).find(({ instance }) => instance === test.host.instance);
  expect(honest).toMatchObject({ agent: 'honest', details: { version: '1.2.3' } });
});

it('takes the heartbeat of a host whose own extra fields mean something else', async () => {
  await using test = await withHonestAgent();
  const extras = { state: 'idle', in_flight: 'none', capacity: -1, card: { title: 'x' }, mood: 5 };
  await test.attack(`agents.hb.other.${test.owner}.evil`, whole(test.owner, extras));
  expect(own(test.mesh).map(({ agent, state, inFlight }) => [agent, state, inFlight])).toEqual([
    ['honest', 'ready', 0],
    ['evil', 'ready', 0],
  ]);
});

it('takes a heartbeat whose names are those of object prototypes for what it is: a name', async () => {
  await using test = await withHonestAgent();
  const forged = whole(test.owner, { instance_id: '__proto__' });
  await test.attack(`agents.hb.__proto__.${test.owner}.constructor`, forged);
  expect(({} as { agent?: unknown }).agent).toBeUndefined();
  expect(
    test.mesh
      .agents()
      .filter(({ owner }) => owner === test.owner)
      .map(({ agent }) => agent),
  ).toEqual(['constructor', 'honest']);
  expect((await test.mesh.ask('__proto__', 'x').catch((error) => error)).code).toBe('INVALID_ARGUMENT');
});

it('goes on serving through a thousand bad heartbeats', async () => {
  await using test = await withHonestAgent();
  await test.mesh.launch(new BaseAgent({ name: 'echo', model: echoModel() }));
  await using client = await connectRaw();
  for (let i = 0; i < 1000; i++)
    client.publish(`agents.hb.other.${test.owner}.e${i}`, i % 2 ? '{' : whole('x', { interval_s: 0 }));
  await client.flush();
  expect(await test.mesh.ask('echo', 'hello')).toMatchObject({ success: true, response: 'hello' });
  expect(own(test.mesh)).toHaveLength(2);
});
