import { once as onceEvent } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { inject, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { defineSkill } from '../../../src/agent/define-skill.ts';
import { echoModel, scriptedModel } from '../../../src/testing/index.ts';
import { BatonError } from '../../../src/wire/error.ts';
import { joinDurable } from '../support/durable.ts';
import { Step } from '../support/durable-skills.ts';
import { startDurableWorker } from '../support/durable-worker.ts';
import { heldModel } from '../support/held-model.ts';
import { newOwner } from '../support/mesh.ts';
import { connectRaw } from '../support/raw-client.ts';

const durable = { delivery: 'durable' } as const;

/** An agent that hands everything on; `began` is called for each run of it. */
function relay(name: string, target: string, began = () => {}) {
  const to = defineSkill({ handoffs: [{ target, when: () => true }] });
  return new BaseAgent({ name, concurrency: 1, skills: { to, step: new Step(began) } });
}

it.for([3, 8])('answers whoever asked past %i agents, none of which waits', async (hops, { expect }) => {
  const owner = newOwner();
  await using mesh = await joinDurable(owner);
  const held = heldModel();
  const names = Array.from({ length: hops }, (_, index) => `hop${index}`);
  const model = scriptedModel(async function* (request) {
    yield { type: 'text' as const, text: 'almost ' };
    yield* held.model.generate(request);
  });
  await mesh.launch(new BaseAgent({ name: 'last', model }));
  const sources: { readonly inFlight: number }[] = [];
  for (const [index, name] of names.entries())
    sources.push(await mesh.launch(relay(name, names[index + 1] ?? 'last')));
  const way = names.map((from, index) => ({ from, to: names[index + 1] ?? 'last', mode: 'transfer' }));
  const events: unknown[] = [];
  let later: Promise<unknown> | undefined;
  for await (const event of mesh.stream('hop0', 'go', { ...durable, id: `way-${hops}` })) {
    if (event.type === 'handoff') events.push(event.handoff);
    if (event.type === 'text') events.push(event.text);
    if (event.type === 'text' && event.text === 'almost ') {
      // Every source has ended its attempt, and one request is left, before there is an answer.
      await expect.poll(() => sources.map(({ inFlight }) => inFlight)).toEqual(names.map(() => 0));
      await mesh.whenQueued(1);
      later = mesh.result(`way-${hops}`, { wait: true });
      await mesh.result(`way-${hops}`);
      held.release();
    }
    if (event.type !== 'result') continue;
    const answer = { success: true, response: 'almost done', agent: 'last', id: `way-${hops}` };
    expect(event.result).toMatchObject({
      ...answer,
      handoffs: way.map((hop) => ({ ...hop, success: true })),
    });
    expect(event.result).not.toHaveProperty('transferred');
  }
  expect(events).toMatchObject([...way, 'almost ', 'done']);
  expect(await later).toMatchObject({ response: 'almost done' });
  expect(await mesh.recorded()).toBe(1);
  await mesh.whenQueued(0);
});

it('keeps what is said at once with the record, in its order', async ({ expect }) => {
  await using mesh = await joinDurable(newOwner());
  await mesh.launch(new BaseAgent({ name: 'last', model: echoModel() }));
  await mesh.launch(relay('second', 'last'));
  await mesh.launch(relay('first', 'second'));
  const { id } = await mesh.submit('first', 'one two');
  const events: unknown[] = [];
  for await (const event of mesh.attach(id))
    events.push(event.type === 'text' ? [event.text, event.seq] : event.type);
  expect(events).toEqual(['handoff', 'handoff', ['one ', 3], ['two', 4], 'result']);
});

it('begins again at the target alone when that dies, and is answered once', { timeout: 15_000 }, async ({
  expect,
}) => {
  const owner = newOwner();
  const folder = await mkdtemp(joinPath(tmpdir(), 'baton-transfer-'));
  const settings = { server: inject('broker'), owner, effects: joinPath(folder, 'effects') };
  await using mesh = await joinDurable(owner);
  let times = 0;
  await mesh.launch(relay('first', 'worker', () => void times++));
  const dying = await startDurableWorker({ ...settings, hangs: true });
  const asked = mesh.ask('first', 'go', durable);
  await dying.began;
  await dying.kill();
  await using _next = await startDurableWorker(settings);
  const handoffs = [{ from: 'first', to: 'worker', mode: 'transfer', success: true }];
  expect(await asked).toMatchObject({ success: true, agent: 'worker', handoffs });
  expect(times).toBe(1);
  expect((await readFile(settings.effects, 'utf8')).trim().split('\n')).toHaveLength(1);
  expect(await mesh.recorded()).toBe(1);
  await mesh.whenQueued(0);
  await rm(folder, { recursive: true });
});

it('is not handed on twice when its request turns up once more', async ({ expect }) => {
  const owner = newOwner();
  await using mesh = await joinDurable(owner);
  await using raw = await connectRaw();
  const requests: string[] = [];
  raw.subscribe(`baton.${owner}.task.first.*`, {
    callback: (_, { data }) => requests.push(Buffer.from(data).toString()),
  });
  const held = heldModel();
  let times = 0;
  await mesh.launch(new BaseAgent({ name: 'last', model: held.model }));
  await mesh.launch(relay('first', 'last', () => void times++));
  const asked = mesh.ask('first', 'go', { ...durable, id: 'mine' });
  await held.started;
  await mesh.whenQueued(1);
  // As whoever asks does once a minute.
  await mesh.publishTask('first', 'mine', requests[0] ?? '');
  await mesh.whenQueued(1);
  held.release();
  expect(await asked).toMatchObject({ success: true, response: 'done' });
  expect(times).toBe(1);
  expect(await mesh.recorded()).toBe(1);
});

it('is handed on once although its source fails before it knows', async ({ expect }) => {
  const owner = newOwner();
  let times = 0;
  let isBroken = false;
  const checkpoint = (name: string) => {
    if (name !== 'after submit' || isBroken) return;
    isBroken = true;
    throw new Error('the process is gone');
  };
  await using source = await joinDurable(owner, { durable: { checkpoint } });
  await using mesh = await joinDurable(owner);
  const held = heldModel();
  await mesh.launch(new BaseAgent({ name: 'last', model: held.model }));
  await source.launch(relay('first', 'last', () => void times++));
  const asked = mesh.ask('first', 'go', durable);
  await held.started;
  await mesh.whenQueued(1);
  held.release();
  expect(await asked).toMatchObject({ success: true, response: 'done' });
  expect([isBroken, times]).toEqual([true, 1]);
  expect(await mesh.recorded()).toBe(1);
});

it('is cancelled by its id, wherever it is', async ({ expect }) => {
  await using mesh = await joinDurable(newOwner());
  const held = heldModel();
  const signals: AbortSignal[] = [];
  const step = new Step(({ signal }) => void signals.push(signal));
  const last = new BaseAgent({ name: 'last', model: held.model, skills: { step } });
  const launched = await mesh.launch(last);
  await mesh.launch(relay('first', 'last'));
  const { id } = await mesh.submit('first', 'go');
  await held.started;
  const stopped = onceEvent(signals[0] as AbortSignal, 'abort');
  await mesh.cancel(id);
  await stopped;
  expect(await mesh.result(id)).toMatchObject({ error: { code: 'CANCELLED' } });
  await mesh.whenQueued(0);
  // The next one waits in the target's queue, and is never begun.
  held.release();
  await launched.stop();
  await mesh.launch(relay('forced', 'last'));
  const controller = new AbortController();
  const unwanted = mesh.ask('forced', 'go', { ...durable, signal: controller.signal });
  await expect.poll(() => mesh.backlog('last')).toEqual({ waiting: 1, inHand: 0 });
  controller.abort();
  expect(await unwanted).toMatchObject({ error: { code: 'CANCELLED' } });
  await mesh.launch(last);
  expect(await mesh.ask('first', 'go', durable)).toMatchObject({ success: true });
  expect(signals).toHaveLength(2);
  await mesh.whenQueued(0);
});

it('ends at its deadline', async ({ expect }) => {
  await using mesh = await joinDurable(newOwner());
  const held = heldModel();
  await mesh.launch(new BaseAgent({ name: 'last', model: held.model }));
  await mesh.launch(relay('first', 'last'));
  const { id } = await mesh.submit('first', 'go', { timeoutMs: 500 });
  const result = await mesh.result(id, { wait: true });
  expect(result).toMatchObject({ error: { code: 'DEADLINE_EXCEEDED' } });
  expect(await mesh.recorded()).toBe(1);
  await mesh.whenQueued(0);
});

it('ends as a dead letter of the target, which can be replayed', async ({ expect }) => {
  const owner = newOwner();
  await using mesh = await joinDurable(owner, { durable: { maxAttempts: 3 } });
  let times = 0;
  const model = scriptedModel(function* () {
    times += 1;
    if (times <= 3) throw new BatonError('UNAVAILABLE', 'the model is away');
    yield { type: 'text', text: 'at last' };
  });
  await mesh.launch(new BaseAgent({ name: 'last', model }));
  await mesh.launch(relay('first', 'last'));
  const { id } = await mesh.submit('first', 'go');
  const result = await mesh.result(id, { wait: true });
  const handoffs = [{ from: 'first', to: 'last', mode: 'transfer', success: false }];
  expect(result).toMatchObject({ id, agent: 'last', error: { deadLetter: true }, handoffs });
  const letter = await mesh.deadLetters.show(id);
  expect(letter).toMatchObject({ id, agent: `${owner}/last` });
  expect(letter.attempts).toHaveLength(3);
  await mesh.whenQueued(0);
  const again = await mesh.deadLetters.replay(id);
  expect(await mesh.result(again.id, { wait: true })).toMatchObject({ response: 'at last', agent: 'last' });
});
