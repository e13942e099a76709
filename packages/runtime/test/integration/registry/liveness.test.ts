import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { handoff } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import type { Mesh } from '../../../src/mesh.ts';
import { echoModel } from '../../../src/testing/models.ts';
import { knows, startForeignHost, untilSees } from '../support/foreign-host.ts';
import { joinTest, newOwner } from '../support/mesh.ts';

const echo = (name: string) => new BaseAgent({ name, model: echoModel() });
const lives = (name: string) => (mesh: Mesh) => mesh.instances().some(({ agent }) => agent === name);
const gone = (name: string) => (mesh: Mesh) => !lives(name)(mesh);

async function timed<T>(work: Promise<T>): Promise<{ value: T; ms: number }> {
  const began = performance.now();
  const value = await work;
  return { value, ms: performance.now() - began };
}

it('forgets an instance three intervals after its last beat, and not before', async () => {
  const owner = newOwner();
  await using viewer = await joinTest(owner);
  await using host = await startForeignHost({ owner, name: 'killed', interval: 0.5 });
  await untilSees(viewer, knows('killed'));
  host.beat();
  await host.client.flush();
  const lastBeat = performance.now();
  await host.client.close();
  await untilSees(viewer, gone('killed'));
  const age = performance.now() - lastBeat;
  expect(age).toBeGreaterThan(1450);
  expect(age).toBeLessThan(2200);
});

it('keeps an instance that goes on beating, whatever time its beats claim', async () => {
  const owner = newOwner();
  await using viewer = await joinTest(owner);
  await using host = await startForeignHost({ owner, name: 'skewed', interval: 0.2 });
  await untilSees(viewer, knows('skewed'));
  const hour = 3_600_000;
  const beats = [-hour, hour, Number.NaN].map((off) =>
    Number.isNaN(off) ? 'yesterday' : new Date(Date.now() + off).toISOString(),
  );
  let left = 0;
  viewer.onChange(() => {
    if (gone('skewed')(viewer)) left++;
  });
  const began = performance.now();
  let beat = 0;
  const timer = setInterval(() => host.beat({ ts: beats[beat++ % beats.length] }), 100);
  await expect.poll(() => performance.now() - began, { timeout: 3000 }).toBeGreaterThan(1200);
  clearInterval(timer);
  expect(left).toBe(0);
  await untilSees(viewer, gone('skewed'), 1500);
});

it('judges each instance by its own interval', async () => {
  const owner = newOwner();
  await using viewer = await joinTest(owner);
  await using quick = await startForeignHost({ owner, name: 'quick', interval: 0.2 });
  await using _calm = await startForeignHost({ owner, name: 'calm', interval: 30 });
  await untilSees(viewer, (mesh) => knows('quick')(mesh) && knows('calm')(mesh));
  await quick.client.close();
  await untilSees(viewer, gone('quick'));
  expect(lives('calm')(viewer)).toBe(true);
});

it('says of an agent that died that it is unavailable, at once, before and after it is given up', async () => {
  const owner = newOwner();
  await using viewer = await joinTest(owner);
  await using host = await startForeignHost({ owner, name: 'dead', interval: 0.4 });
  await untilSees(viewer, knows('dead'));
  await host.client.close();
  const before = await timed(viewer.ask('dead', 'hello'));
  expect(before.value.error).toMatchObject({ code: 'UNAVAILABLE', retryable: true, target: 'dead' });
  expect(before.ms).toBeLessThan(500);
  await untilSees(viewer, gone('dead'));
  const after = await timed(viewer.ask('dead', 'hello'));
  expect(after.value.error).toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('gone for'),
  });
  expect(after.ms).toBeLessThan(500);
});

it.each(['before', 'after'])(
  'tells a newcomer that an agent died %s the others have given it up',
  async (when) => {
    const owner = newOwner();
    await using member = await joinTest(owner);
    await member.launch(echo('alive'));
    await using host = await startForeignHost({ owner, name: 'dead', interval: 0.4 });
    await untilSees(member, knows('dead'));
    await host.client.close();
    if (when === 'after') await untilSees(member, gone('dead'));
    await using newcomer = await joinTest(owner);
    const { value, ms } = await timed(newcomer.ask('dead', 'hello'));
    expect(value.error).toMatchObject({ code: 'UNAVAILABLE', target: 'dead' });
    expect(ms).toBeLessThan(500);
  },
);

it('says of an agent that left properly that it is unavailable, to members and newcomers', async () => {
  const owner = newOwner();
  await using member = await joinTest(owner);
  await member.launch(echo('alive'));
  const launched = await member.launch(echo('left'));
  await launched.stop();
  await untilSees(member, gone('left'));
  await using newcomer = await joinTest(owner);
  for (const mesh of [member, newcomer]) {
    const { value, ms } = await timed(mesh.ask('left', 'hello'));
    expect(value.error?.code).toBe('UNAVAILABLE');
    expect(ms).toBeLessThan(500);
  }
});

it('finds an agent again that came back after it died', async () => {
  const owner = newOwner();
  await using member = await joinTest(owner);
  const first = await member.launch(echo('phoenix'));
  await first.stop();
  expect((await member.ask('phoenix', 'hello')).error?.code).toBe('UNAVAILABLE');
  await member.launch(echo('phoenix'));
  expect(await member.ask('phoenix', 'hello')).toMatchObject({ success: true });
  await using newcomer = await joinTest(owner);
  expect(await newcomer.ask('phoenix', 'hello')).toMatchObject({ success: true });
});

it('says of an agent nobody ever heard of that it is not found, with those that look alike', async () => {
  const owner = newOwner();
  await using member = await joinTest(owner);
  await Promise.all(['billing', 'shipping'].map((name) => member.launch(echo(name))));
  await using newcomer = await joinTest(owner);
  for (const mesh of [member, newcomer]) {
    const { value, ms } = await timed(mesh.ask('biling', 'hello'));
    expect(value.error).toMatchObject({ code: 'NOT_FOUND', retryable: false, target: 'biling' });
    expect(value.error?.message).toMatch(/did you mean billing\b/);
    expect(value.error?.message).toMatch(/Live agents: .*billing, .*shipping/);
    expect(ms).toBeLessThan(500);
  }
});

it('names the agents of other owners by their whole address to someone who mistyped', async () => {
  await using yours = await joinTest(newOwner());
  await yours.launch(echo('distant-desk'));
  await using mine = await joinTest(newOwner());
  await mine.synced();
  const { error } = await mine.ask('distant-desk', 'hello');
  expect(error).toMatchObject({ code: 'NOT_FOUND' });
  expect(error?.message).not.toMatch(/[^/]\bdistant-desk or|Live agents: distant-desk/);
  expect(error?.message).toContain(`${yours.owner}/distant-desk`);
});

it('refuses a handoff to a dead agent before anything is published, and one to a stranger too', async () => {
  const owner = newOwner();
  await using member = await joinTest(owner);
  await using host = await startForeignHost({ owner, name: 'dead', interval: 0.3 });
  class Route extends Skill {
    @handoff()
    to(query: string) {
      return query;
    }
  }
  await member.launch(new BaseAgent({ name: 'front', skills: { route: new Route() } }));
  await untilSees(member, knows('dead'));
  await host.client.close();
  await untilSees(member, gone('dead'));
  const dead = await timed(member.ask('front', 'dead'));
  expect(dead.value.error).toMatchObject({ code: 'UNAVAILABLE', target: 'dead' });
  expect(dead.ms).toBeLessThan(500);
  const unknown = await timed(member.ask('front', 'nobody'));
  expect(unknown.value.error).toMatchObject({ code: 'NOT_FOUND', target: 'nobody' });
  expect(unknown.ms).toBeLessThan(500);
});
