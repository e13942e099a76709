import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import type { Mesh } from '../../../src/mesh.ts';
import type { Model } from '../../../src/model/model.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { untilSees } from '../support/foreign-host.ts';
import { startHangingAgent } from '../support/hanging-agent.ts';
import { heldModel } from '../support/held-model.ts';
import { joinTest, newOwner } from '../support/mesh.ts';
import { ownBroker } from '../support/own-broker.ts';
import { connectRaw } from '../support/raw-client.ts';

class Urgent extends Skill {
  @handoff('twin')
  always() {
    return true;
  }

  @hook('before_handoff')
  hurry(context: Context) {
    context.handoffMetadata = { priority: 'high' };
  }
}

const twin = (model: Model, concurrency: number) => new BaseAgent({ name: 'twin', model, concurrency });

/** So many members of one owner, closed together. */
async function joinAll(owner: string, count: number, server?: string) {
  const options = server === undefined ? {} : { server };
  const members = await Promise.all(Array.from({ length: count }, () => joinTest(owner, options)));
  const close = async () => void (await Promise.all(members.map((member) => member.close())));
  return Object.assign(members as [Mesh, ...Mesh[]], { [Symbol.asyncDispose]: close });
}

/** Resolves when every member sees so many instances that give out their free places. */
const untilOffered = (members: readonly Mesh[], count: number) => {
  const isSeen = (mesh: Mesh) => {
    const twins = mesh.instances().filter(({ agent, owner }) => agent === 'twin' && owner === mesh.owner);
    return twins.filter(({ freeAt }) => freeAt !== undefined).length === count;
  };
  return Promise.all(members.map((member) => untilSees(member, isSeen)));
};

/** Asks until it is over, so many at a time, each caller its share; returns what was answered. */
async function keepBusy(callers: readonly Mesh[], { places, asks }: { places: number; asks: number }) {
  let begun = 0;
  const answers: unknown[] = [];
  const place = async (caller: Mesh | undefined) => {
    while (begun < asks) {
      begun += 1;
      const { response, error } = (await caller?.ask('twin', `q${begun}`)) ?? {};
      answers.push(error ?? response);
    }
  };
  await Promise.all(Array.from({ length: places }, (_, index) => place(callers[index % callers.length])));
  return answers;
}

/** Counts the requests that were not sent for a free place; on a broker of one's own, where nobody observes all. */
async function countPlain(owner: string, server: string) {
  const raw = await connectRaw(server);
  let count = 0;
  raw.subscribe(`agents.prompt.baton.${owner}.twin`, { callback: () => void count++ });
  await raw.flush();
  return {
    get count() {
      return count;
    },
    serves: (subject: string) =>
      raw.request(subject).then(
        () => true,
        () => false,
      ),
    [Symbol.asyncDispose]: () => raw.close(),
  };
}

/** A model whose answers take from 1 to 9 ms, and which notes how many an instance gives at a time. */
function unequal() {
  const seen = { running: 0, most: 0 };
  let jobs = 0;
  const model = scriptedModel(async function* ({ messages }) {
    seen.most = Math.max(seen.most, ++seen.running);
    await sleep(1 + (jobs++ % 9));
    seen.running -= 1;
    yield { type: 'text' as const, text: messages.at(-1)?.content ?? '' };
  });
  return { seen, model };
}

it('finds a free place for every request while there is one, from several callers, with answers of unequal length', async () => {
  const owner = newOwner();
  await using broker = await ownBroker();
  await using plain = await countPlain(owner, broker.url);
  await using members = await joinAll(owner, 3, broker.url);
  const jobs = members.map(unequal);
  await Promise.all(
    members.map((member, index) => member.launch(twin((jobs[index] as (typeof jobs)[0]).model, 2))),
  );
  await using callers = await joinAll(owner, 4, broker.url);
  await untilOffered([...members, ...callers], 3);
  // Whatever the members had to tell the broker it has read by now.
  await Promise.all(members.map((member) => member.ask('twin', 'first')));
  const before = plain.count;
  const answers = await keepBusy(callers, { places: 6, asks: 300 });
  expect(new Set(answers).size).toBe(answers.length);
  expect(plain.count - before).toBe(0);
  expect(jobs.map(({ seen }) => seen.most)).toEqual([2, 2, 2]);
});

it('lets what finds no free place wait, and loses nothing and overfills nobody', async () => {
  const owner = newOwner();
  await using members = await joinAll(owner, 2);
  const jobs = members.map(unequal);
  await Promise.all(
    members.map((member, index) => member.launch(twin((jobs[index] as (typeof jobs)[0]).model, 2))),
  );
  await untilOffered(members, 2);
  const answers = await keepBusy(members, { places: 40, asks: 400 });
  expect(answers).toHaveLength(new Set(answers).size);
  expect(answers.filter((answer) => typeof answer !== 'string')).toEqual([]);
  expect(jobs.map(({ seen }) => seen.most)).toEqual([2, 2]);
});

it('lets the urgent past all others that wait, whoever asks and wherever they wait', async () => {
  const owner = newOwner();
  const begun: string[] = [];
  const model = scriptedModel(async function* ({ messages }) {
    begun.push(messages.at(-1)?.content ?? '');
    await sleep(30);
    yield { type: 'text' as const, text: 'done' };
  });
  await using members = await joinAll(owner, 2);
  await Promise.all(members.map((member) => member.launch(twin(model, 1))));
  const front = new BaseAgent({ name: 'front', skills: { urgent: new Urgent() }, concurrency: 64 });
  await members[0].launch(front);
  await using callers = await joinAll(owner, 4);
  await untilOffered([...members, ...callers], 2);
  const normal = Array.from({ length: 40 }, (_, n) => callers[n % 4]?.ask('twin', 'normal'));
  // Longer than anyone may wait in a line that has come for the first time.
  await sleep(150);
  const before = begun.length;
  const urgent = Array.from({ length: 6 }, (_, n) => callers[n % 4]?.ask('front', 'urgent'));
  const results = await Promise.all([...normal, ...urgent]);
  expect(results.map((result) => result?.error)).toEqual(results.map(() => undefined));
  const places = begun.slice(before).flatMap((question, place) => (question === 'urgent' ? [place] : []));
  expect(places).toHaveLength(6);
  // All of them may wait at one of the two, and some are between two lines; by age they would be the last six of 46.
  expect(Math.max(...places)).toBeLessThan(20);
});

it('waits in line, although an observer of everything keeps the broker from saying that nobody has a place', async () => {
  const owner = newOwner();
  await using broker = await ownBroker();
  await using observer = await connectRaw(broker.url);
  await using members = await joinAll(owner, 2, broker.url);
  const { model, release } = heldModel();
  const agents = await Promise.all(members.map((member) => member.launch(twin(model, 1))));
  await untilOffered(members, 2);
  const [one, other = one] = members;
  const held = [one.ask('twin', 'hold'), one.ask('twin', 'hold')];
  await expect.poll(() => agents.map(({ inFlight }) => inFlight)).toEqual([1, 1]);
  observer.subscribe('>', { callback: () => {} });
  await observer.flush();
  // The one who has just looked whether there are observers, and one who looks when there is one.
  const waiting = [one, other].map((mesh) => mesh.ask('twin', 'go', { timeoutMs: 3000 }));
  await sleep(400);
  release();
  const answers = await Promise.all([...waiting, ...held]);
  expect(answers.map(({ response }) => response)).toEqual(['done', 'done', 'done', 'done']);
});

it('sends nothing to a process that was killed with places on offer', async () => {
  const owner = newOwner();
  await using broker = await ownBroker();
  await using mesh = await joinTest(owner, { server: broker.url });
  await using victim = await startHangingAgent(owner, 'twin', broker.url);
  await mesh.launch(twin(scriptedModel('alive'), 2));
  await untilOffered([mesh], 2);
  await using plain = await countPlain(owner, broker.url);
  const [dead] = mesh.instances().filter(({ details }) => details?.pid !== process.pid);
  await victim[Symbol.asyncDispose]();
  await expect.poll(() => plain.serves(`$SRV.PING.agents.${dead?.instance}`)).toBe(false);
  for (let i = 0; i < 20; i++) expect(await mesh.ask('twin', 'go')).toMatchObject({ response: 'alive' });
  expect(plain.count).toBe(0);
});

it('gives out the places that are free once the broker is back', async () => {
  await using broker = await ownBroker();
  const owner = newOwner();
  await using members = await joinAll(owner, 3, broker.url);
  const jobs = members.map(unequal);
  await Promise.all(
    members.map((member, index) => member.launch(twin((jobs[index] as (typeof jobs)[0]).model, 2))),
  );
  await untilOffered(members, 3);
  await keepBusy(members, { places: 6, asks: 50 });
  const servers = new Set(members[0].instances().map(({ freeAt }) => freeAt));
  await broker.kill();
  await broker.start();
  const areBack = (mesh: Mesh) => mesh.instances().every(({ freeAt }) => !servers.has(freeAt));
  await Promise.all(members.map((member) => untilSees(member, areBack)));
  await Promise.all(members.map((member) => member.ask('twin', 'first')));
  await using plain = await countPlain(owner, broker.url);
  const answers = await keepBusy(members, { places: 6, asks: 200 });
  expect(new Set(answers).size).toBe(answers.length);
  expect(plain.count).toBe(0);
  expect(jobs.map(({ seen }) => seen.most)).toEqual([2, 2, 2]);
});
