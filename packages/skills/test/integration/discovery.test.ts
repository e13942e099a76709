import { randomUUID } from 'node:crypto';
import { BaseAgent, handoff, join, Skill } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { expect, inject, it } from 'vitest';
import { DiscoverySkill, type FoundAgent, type Scorer } from '../../src/index.ts';

/** Looks for whoever fits the question, and remembers whom it found. */
class Scout extends Skill {
  readonly discovery: DiscoverySkill;
  found: readonly FoundAgent[] = [];

  constructor(scorer?: Scorer) {
    super();
    this.discovery = new DiscoverySkill(scorer && { scorer });
  }

  @handoff()
  async best(query: string) {
    this.found = await this.discovery.findAgents({ intent: query });
    return this.found[0]?.name;
  }
}

const florist = (options: { name?: string; scope?: string } = {}) =>
  new BaseAgent({ name: 'florist', description: 'Roses.', model: scriptedModel('Red ones.'), ...options });

async function setUp({ heartbeatMs = 2000, scorer }: { heartbeatMs?: number; scorer?: Scorer } = {}) {
  const owner = `t-${randomUUID().slice(0, 8)}`;
  const joinAgain = () => join({ server: inject('broker'), owner, heartbeatMs });
  const mesh = await joinAgain();
  const scout = new Scout(scorer);
  const model = scriptedModel('none');
  await mesh.launch(new BaseAgent({ name: 'desk', description: 'Roses too.', model, skills: { scout } }));
  const ask = async (options: { user?: string; scopes?: readonly string[] } = {}) => {
    const { agent } = await mesh.ask('desk', 'roses please', options);
    return { agent, found: scout.found.map(({ name, instances }) => [name, instances]) };
  };
  return { mesh, ask, joinAgain, [Symbol.asyncDispose]: () => mesh.close() };
}

const changed = (mesh: { onChange(listener: () => void): () => void }, until: () => boolean) =>
  new Promise<void>((resolve) => {
    const check = () => {
      if (until()) resolve();
    };
    mesh.onChange(check);
    check();
  });

it('finds an agent from the moment it is launched to the moment it stops, but never itself', async () => {
  await using place = await setUp();
  expect(await place.ask()).toEqual({ agent: 'desk', found: [] });
  const launched = await place.mesh.launch(florist());
  await changed(place.mesh, () => place.mesh.agents().some(({ card }) => card?.name === 'florist'));
  expect(await place.ask()).toEqual({ agent: 'florist', found: [['florist', 1]] });
  await launched.stop();
  await changed(place.mesh, () => place.mesh.agents().length === 1);
  expect(await place.ask()).toEqual({ agent: 'desk', found: [] });
});

it('counts the replicas of an agent, which are one result', async () => {
  await using place = await setUp();
  await using other = await place.joinAgain();
  await place.mesh.launch(florist());
  await other.launch(florist());
  await changed(place.mesh, () => place.mesh.instances().filter(({ details }) => details).length === 3);
  expect((await place.ask()).found).toEqual([['florist', 2]]);
});

it('shows an agent with a scope to the callers it answers', async () => {
  await using place = await setUp();
  await place.mesh.launch(florist({ scope: 'user' }));
  await changed(place.mesh, () => place.mesh.agents().some(({ card }) => card?.name === 'florist'));
  expect(await place.ask()).toEqual({ agent: 'desk', found: [] });
  expect(await place.ask({ user: 'ada' })).toEqual({ agent: 'florist', found: [['florist', 1]] });
  expect((await place.ask()).found).toEqual([]);
});

it('does not see the agents of another owner', async () => {
  await using place = await setUp();
  await using stranger = await setUp();
  await stranger.mesh.launch(florist());
  await changed(place.mesh, () => place.mesh.agents().some(({ card }) => card?.name === 'florist'));
  expect((await place.ask()).found).toEqual([]);
});

it('scores an intent once for as long as heartbeats say nothing new', async () => {
  const scored: string[] = [];
  const scorer: Scorer = {
    score(intent, candidates) {
      scored.push(intent);
      return candidates.map(() => 1);
    },
  };
  await using place = await setUp({ heartbeatMs: 100, scorer });
  await place.mesh.launch(florist());
  const cards = () => place.mesh.agents().filter(({ card }) => card).length;
  await changed(place.mesh, () => cards() === 2);
  expect((await place.ask()).agent).toBe('florist');
  let beats = 0;
  await changed(place.mesh, () => ++beats > 6);
  expect((await place.ask()).agent).toBe('florist');
  expect(scored).toEqual(['roses please']);
});
