import { hostname } from 'node:os';
import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { handoff, tool } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import type { Mesh } from '../../../src/mesh.ts';
import { echoModel, scriptedModel } from '../../../src/testing/models.ts';
import { knows, startForeignHost, untilSees } from '../support/foreign-host.ts';
import { heldModel } from '../support/held-model.ts';
import { joinTest, newOwner } from '../support/mesh.ts';

const echo = (name: string) => new BaseAgent({ name, model: echoModel(), description: `${name} repeats.` });
const namesAt = (mesh: Mesh) =>
  mesh
    .agents()
    .filter(({ owner }) => owner === mesh.owner)
    .map(({ agent }) => agent);

it('shows a member that joins late the whole mesh at once, long before the next beat', async () => {
  const owner = newOwner();
  await using early = await joinTest(owner, { heartbeatMs: 60_000 });
  class Desk extends Skill {
    @tool
    look() {
      return '';
    }

    @handoff('elsewhere', { description: 'not for us' })
    elsewhere() {
      return false;
    }
  }
  const { model, release } = heldModel();
  const busy = new BaseAgent({
    name: 'desk',
    model,
    skills: { desk: new Desk() },
    concurrency: 1,
    version: '3.2.1',
  });
  const { instance } = await early.launch(busy);
  await early.launch(echo('other'));
  const asked = early.ask('desk', 'wait for it');
  await untilSees(early, knows('desk'));
  await expect.poll(async () => (await early.ask('other', 'x')).success).toBe(true);

  const began = performance.now();
  await using late = await joinTest(owner);
  await late.synced();
  expect(performance.now() - began).toBeLessThan(1000);
  expect(namesAt(late)).toEqual(['desk', 'other']);
  const [desk] = late.agents().filter((agent) => agent.agent === 'desk' && agent.owner === owner);
  expect(desk?.card).toMatchObject({
    name: 'desk',
    owner,
    version: '3.2.1',
    skills: ['desk'],
    tools: [{ name: 'look' }],
    handoffs: [{ name: 'elsewhere', description: 'not for us' }],
  });
  expect(desk?.instances).toMatchObject([
    {
      instance,
      kind: 'baton',
      state: 'busy',
      inFlight: 1,
      capacity: 1,
      intervalMs: 60_000,
      details: { pid: process.pid, host: hostname(), version: '3.2.1' },
    },
  ]);
  release();
  expect((await asked).success).toBe(true);
});

it('shows a host of another make to a member that joins late', async () => {
  const owner = newOwner();
  await using _host = await startForeignHost({ owner, name: 'stranger', interval: 30 });
  await using late = await joinTest(owner);
  await late.synced();
  expect(late.agents().filter((each) => each.owner === owner)).toMatchObject([
    { agent: 'stranger', card: undefined, instances: [{ kind: 'other', state: 'ready', inFlight: 0 }] },
  ]);
});

it('shows everyone a new agent the moment it is launched, and takes it away the moment it stops', async () => {
  const owner = newOwner();
  await using one = await joinTest(owner, { heartbeatMs: 10_000 });
  await using two = await joinTest(owner);
  await Promise.all([one.synced(), two.synced()]);
  const launched = await one.launch(echo('short'));
  await untilSees(two, knows('short'), 500);
  await launched.stop();
  await untilSees(two, (mesh) => !namesAt(mesh).includes('short'), 500);
  await untilSees(one, (mesh) => !namesAt(mesh).includes('short'), 500);
});

it('takes everything away that was launched in a member that closes', async () => {
  const owner = newOwner();
  await using two = await joinTest(owner);
  await using one = await joinTest(owner, { heartbeatMs: 10_000 });
  await Promise.all(['a', 'b', 'c'].map((name) => one.launch(echo(name))));
  await untilSees(two, (mesh) => namesAt(mesh).length === 3);
  await one.close();
  await untilSees(two, (mesh) => namesAt(mesh).length === 0, 500);
});

it('shows an instance that finishes its work as draining', async () => {
  const owner = newOwner();
  await using one = await joinTest(owner, { heartbeatMs: 10_000 });
  await using two = await joinTest(owner);
  const { model, release } = heldModel();
  const launched = await one.launch(new BaseAgent({ name: 'slow', model }));
  const asked = two.ask('slow', 'go');
  await expect.poll(() => launched.inFlight).toBe(1);
  const stopped = launched.stop();
  const state = () => two.instances().find(({ owner: of }) => of === owner)?.state;
  await untilSees(two, () => state() === 'draining');
  release();
  expect(await asked).toMatchObject({ success: true, response: 'done' });
  await stopped;
  await untilSees(two, () => state() === undefined, 500);
});

it('counts replicas as one agent with several instances', async () => {
  const owner = newOwner();
  await using one = await joinTest(owner);
  await using two = await joinTest(owner);
  const first = await one.launch(echo('pair'));
  const second = await two.launch(echo('pair'));
  await using viewer = await joinTest(owner);
  await viewer.synced();
  const agents = viewer.agents().filter((agent) => agent.owner === owner);
  expect(agents).toHaveLength(1);
  expect(agents[0]?.instances.map(({ instance }) => instance).sort()).toEqual(
    [first.instance, second.instance].sort(),
  );
  await first.stop();
  await untilSees(
    viewer,
    (mesh) => mesh.instances().filter((each) => each.owner === owner).length === 1,
    500,
  );
  expect(await viewer.ask('pair', 'still there?')).toMatchObject({ success: true });
});

it('does not bring back an instance that said goodbye while a newcomer was looking around', async () => {
  const owner = newOwner();
  await using host = await startForeignHost({ owner, name: 'leaving', interval: 30 });
  // It answers the newcomer's question and then leaves, before the newcomer has heard from everyone.
  host.client.subscribe('$SRV.INFO.agents', {
    callback: () => void setTimeout(() => host.beat({ state: 'stopped' }), 40),
  });
  await host.client.flush();
  await using newcomer = await joinTest(owner);
  await newcomer.synced();
  expect(namesAt(newcomer)).toEqual([]);
});

it('keeps two owners with agents of one name apart, and lets an address reach across', async () => {
  await using mine = await joinTest(newOwner());
  await using yours = await joinTest(newOwner());
  await mine.launch(new BaseAgent({ name: 'desk', model: scriptedModel('mine') }));
  await yours.launch(new BaseAgent({ name: 'desk', model: scriptedModel('yours') }));
  await yours.launch(echo('only-yours'));
  expect((await mine.ask('desk', 'whose?')).response).toBe('mine');
  expect((await yours.ask('desk', 'whose?')).response).toBe('yours');
  expect((await mine.ask(`${yours.owner}/desk`, 'whose?')).response).toBe('yours');
  expect((await mine.ask('only-yours', 'hello')).error?.code).toBe('NOT_FOUND');
  expect(await mine.ask(`${yours.owner}/only-yours`, 'hello')).toMatchObject({
    success: true,
    response: 'hello',
  });
});

it('tells listeners of changes until they stop listening', async () => {
  const owner = newOwner();
  await using one = await joinTest(owner);
  await using two = await joinTest(owner);
  await two.synced();
  let calls = 0;
  const stop = two.onChange(() => {
    calls++;
  });
  const launched = await one.launch(echo('noisy'));
  await untilSees(two, knows('noisy'));
  expect(calls).toBeGreaterThan(0);
  stop();
  const before = calls;
  await launched.stop();
  await untilSees(two, (mesh) => !namesAt(mesh).includes('noisy'));
  expect(calls).toBe(before);
});

it('goes on seeing and telling although a listener throws', async () => {
  const owner = newOwner();
  await using one = await joinTest(owner);
  await using two = await joinTest(owner);
  await two.synced();
  two.onChange(() => {
    throw new Error('a mistake of mine');
  });
  const first = await one.launch(echo('first'));
  await untilSees(two, knows('first'));
  await first.stop();
  await untilSees(two, (mesh) => !namesAt(mesh).includes('first'));
  expect(await two.ask('nobody', 'hello')).toMatchObject({ error: { code: 'NOT_FOUND' } });
});
