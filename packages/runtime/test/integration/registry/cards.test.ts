import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { echoModel } from '../../../src/testing/models.ts';
import { knows, startForeignHost, untilSees } from '../support/foreign-host.ts';
import { joinTest, newOwner } from '../support/mesh.ts';
import { connectRaw, watch } from '../support/raw-client.ts';

it('asks a new instance for its card once, however often it beats', async () => {
  const owner = newOwner();
  await using viewer = await joinTest(owner);
  await using client = await connectRaw();
  await viewer.synced();
  const questions = await watch(client, '$SRV.INFO.agents.*');
  await using launcher = await joinTest(owner, { heartbeatMs: 100 });
  const beats = await watch(client, `agents.hb.baton.${owner}.echo`);
  const { instance } = await launcher.launch(new BaseAgent({ name: 'echo', model: echoModel() }));
  await beats.until((messages) => messages.length >= 8);
  await client.flush();
  const asked = questions.seen.filter(({ message }) => message.subject.endsWith(`.${instance}`));
  // Once for each of the two members.
  expect(asked.map(({ message }) => message.reply?.split('.')[1]).sort()).toHaveLength(2);
  expect(new Set(asked.map(({ message }) => message.reply?.split('.')[1])).size).toBe(2);
});

it('knows the card of an agent that it has launched itself, once launch() returns', async () => {
  await using mesh = await joinTest(newOwner());
  await mesh.launch(new BaseAgent({ name: 'echo', description: 'Says it again.', model: echoModel() }));
  const own = mesh.agents().find(({ owner }) => owner === mesh.owner);
  expect(own?.card).toMatchObject({ name: 'echo', description: 'Says it again.' });
});

it('does not ask one by one for the cards of those it found when it joined', async () => {
  const owner = newOwner();
  await using launcher = await joinTest(owner, { heartbeatMs: 100 });
  await using client = await connectRaw();
  const { instance } = await launcher.launch(new BaseAgent({ name: 'echo', model: echoModel() }));
  await untilSees(launcher, knows('echo'));
  const questions = await watch(client, `$SRV.INFO.agents.${instance}`);
  const beats = await watch(client, `agents.hb.baton.${owner}.echo`);
  await using late = await joinTest(owner);
  await late.synced();
  const seen = beats.seen.length;
  await beats.until((messages) => messages.length >= seen + 4);
  expect(late.instances().find(({ owner: of }) => of === owner)?.details?.card).toMatchObject({
    name: 'echo',
  });
  expect(questions.seen.length).toBeLessThanOrEqual(1);
});

it('asks again when a beat names another card, once for each card', async () => {
  const owner = newOwner();
  await using viewer = await joinTest(owner);
  const metadata = {
    card: JSON.stringify({ name: 'x', owner, description: 'first', version: '1' }),
    card_hash: 'one',
  };
  await using host = await startForeignHost({ owner, name: 'changing', metadata, extras: { card: 'one' } });
  await untilSees(viewer, knows('changing'));
  await using client = await connectRaw();
  const questions = await watch(client, `$SRV.INFO.agents.${host.instance}`);
  for (const card of ['one', 'one', 'two', 'two', 'two', 'three', 'three']) {
    host.beat({ card });
    // The member has asked, if it wanted to, and has its answer, once this later question was answered.
    await viewer.ask('changing', 'are you there?');
  }
  await client.flush();
  expect(questions.seen).toHaveLength(2);
});

it('lists an instance whose card cannot be read, without a card', async () => {
  const owner = newOwner();
  await using viewer = await joinTest(owner);
  await using _host = await startForeignHost({
    owner,
    name: 'odd',
    metadata: { card: '{"name":', pid: 'seven' },
  });
  await untilSees(viewer, knows('odd'));
  expect(viewer.agents().find(({ owner: of }) => of === owner)).toMatchObject({
    agent: 'odd',
    card: undefined,
    instances: [{ details: { pid: undefined, version: '1.2.3' } }],
  });
});

it('tells what each agent is for, from its card or its service', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  await using _host = await startForeignHost({ owner, name: 'stranger' });
  await mesh.launch(new BaseAgent({ name: 'echo', model: echoModel(), description: 'Repeats.' }));
  await untilSees(mesh, (seen) => knows('stranger')(seen) && knows('echo')(seen));
  const mine = mesh.agents().filter(({ owner: of }) => of === owner);
  expect(mine.map(({ agent, card }) => [agent, card?.description])).toEqual([
    ['echo', 'Repeats.'],
    ['stranger', undefined],
  ]);
  expect(mine[1]?.instances[0]?.details?.description).toBe('Written by someone else.');
});
