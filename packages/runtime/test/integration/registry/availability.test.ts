import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { echoModel } from '../../../src/testing/models.ts';
import { type ForeignHostOptions, knows, startForeignHost, untilSees } from '../support/foreign-host.ts';
import { heldModel } from '../support/held-model.ts';
import { joinTest, newOwner } from '../support/mesh.ts';
import { connectRaw } from '../support/raw-client.ts';

/** Lets a test ask as an author does. */
class Asking extends Skill {
  /** Whether the registry sees it, and whether it answers. */
  async about(name: string) {
    return [this.isAgentAvailable(name), await this.pingAgent(name)];
  }
}

async function desk(owner = newOwner()) {
  const asking = new Asking();
  const mesh = await joinTest(owner);
  await mesh.launch(new BaseAgent({ name: 'desk', model: echoModel(), skills: { asking } }));
  return { owner, mesh, asking, [Symbol.asyncDispose]: () => mesh.close() };
}

/** An instance that has died without a goodbye, and that the registry still counts as alive. */
async function dead(at: Awaited<ReturnType<typeof desk>>, options: Partial<ForeignHostOptions> = {}) {
  const host = await startForeignHost({ owner: at.owner, name: 'target', interval: 30, ...options });
  await untilSees(at.mesh, (mesh) => mesh.instances().some(({ instance }) => instance === host.instance));
  await host.client.close();
  return host;
}

it('sees an agent that is there, and itself, but nobody who never was', async () => {
  await using at = await desk();
  await at.mesh.launch(new BaseAgent({ name: 'target', model: echoModel() }));
  expect(await at.asking.about('target')).toEqual([true, true]);
  expect(await at.asking.about(`${at.owner}/target`)).toEqual([true, true]);
  expect(await at.asking.about('desk')).toEqual([true, true]);
  expect(await at.asking.about('nobody')).toEqual([false, false]);
  await expect(at.asking.about('no.name')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

it('sees one that has died this moment, which a ping does not', async () => {
  await using at = await desk();
  await dead(at, { kind: 'baton' });
  expect(await at.asking.about('target')).toEqual([true, false]);
});

it('sees one no longer that was silent for three intervals, or said goodbye', async () => {
  await using at = await desk();
  await dead(at, { interval: 0.1 });
  await untilSees(at.mesh, (mesh) => mesh.instances().every(({ agent }) => agent !== 'target'));
  expect(await at.asking.about('target')).toEqual([false, false]);
  const launched = await at.mesh.launch(new BaseAgent({ name: 'guest', model: echoModel() }));
  await launched.stop();
  expect(await at.asking.about('guest')).toEqual([false, false]);
});

it('does not count one that is draining: it takes nothing any more', async () => {
  await using at = await desk();
  const { model, release } = heldModel();
  const launched = await at.mesh.launch(new BaseAgent({ name: 'target', model }));
  const asked = at.mesh.ask('target', 'a long question');
  await expect.poll(() => launched.inFlight).toBe(1);
  const stopped = launched.stop();
  await untilSees(at.mesh, (mesh) => mesh.instances().some(({ state }) => state === 'draining'));
  expect(await at.asking.about('target')).toEqual([false, false]);
  release();
  await Promise.all([asked, stopped]);
});

it('counts an agent of which one instance lives, though others have died or are frozen', async () => {
  await using at = await desk();
  await at.mesh.launch(new BaseAgent({ name: 'target', model: echoModel() }));
  await dead(at, { kind: 'baton' });
  expect(await at.asking.about('target')).toEqual([true, true]);
  // Frozen processes stay in the queue group, take the questions and say nothing.
  await using raw = await connectRaw();
  for (let each = 0; each < 20; each++) {
    raw.subscribe(`agents.status.baton.${at.owner}.target`, { queue: 'agents', callback: () => {} });
  }
  await raw.flush();
  for (let each = 0; each < 3; each++) expect(await at.asking.about('target')).toEqual([true, true]);
});

it('gives up on an agent that takes the question and says nothing', async () => {
  await using at = await desk();
  const { instance } = await dead(at, { kind: 'baton' });
  await using raw = await connectRaw();
  for (const subject of [`agents.status.baton.${at.owner}.target`, `$SRV.PING.agents.${instance}`]) {
    raw.subscribe(subject, { callback: () => {} });
  }
  await raw.flush();
  expect(await at.asking.about('target')).toEqual([true, false]);
});

it('pings a host of another make by its service', async () => {
  await using at = await desk();
  await using host = await startForeignHost({ owner: at.owner, name: 'target' });
  await untilSees(at.mesh, knows('target'));
  expect(await at.asking.about('target')).toEqual([true, true]);
  await host.client.close();
  expect(await at.asking.about('target')).toEqual([true, false]);
});
