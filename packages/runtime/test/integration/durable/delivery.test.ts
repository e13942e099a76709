import { describe, expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { echoModel, scriptedModel } from '../../../src/testing/index.ts';
import { BatonError } from '../../../src/wire/error.ts';
import { allOf } from '../support/all-of.ts';
import { joinDurable } from '../support/durable.ts';
import { Step, ToBack } from '../support/durable-skills.ts';
import { heldModel } from '../support/held-model.ts';
import { newOwner } from '../support/mesh.ts';

const durable = { delivery: 'durable' } as const;

describe('durable delivery', () => {
  it('answers as an interactive one does, and leaves nothing in the queue', async () => {
    await using mesh = await joinDurable(newOwner());
    await mesh.launch(new BaseAgent({ name: 'echo', model: echoModel() }));
    const result = await mesh.ask('echo', 'hello you', { ...durable, conversation: 'c', user: 'ann' });
    expect(result).toMatchObject({ success: true, response: 'hello you', agent: 'echo', conversation: 'c' });
    expect(await mesh.queued()).toBe(0);
  });

  it('streams the answer in numbered pieces', async () => {
    await using mesh = await joinDurable(newOwner());
    await mesh.launch(new BaseAgent({ name: 'echo', model: echoModel() }));
    const events = await allOf(mesh.stream('echo', 'one two three', durable));
    const text = events.flatMap((event) => (event.type === 'text' ? [event] : []));
    expect(text.map(({ text }) => text)).toEqual(['one ', 'two ', 'three']);
    expect(text.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(events.at(-1)).toMatchObject({ type: 'result', result: { success: true } });
  });

  it('keeps the result for whoever asks later', async () => {
    await using mesh = await joinDurable(newOwner());
    const held = heldModel();
    await mesh.launch(new BaseAgent({ name: 'slow', model: held.model }));
    const { id } = await mesh.submit('slow', 'go');
    expect(await mesh.result(id)).toBeUndefined();
    await held.started;
    held.release();
    expect(await mesh.result(id, { wait: true })).toMatchObject({ success: true, id });
    expect(await mesh.result(id)).toMatchObject({ success: true, id });
  });

  it('waits for an agent that is away', async () => {
    await using mesh = await joinDurable(newOwner());
    const first = await mesh.launch(new BaseAgent({ name: 'echo', model: echoModel() }));
    await mesh.ask('echo', 'known', durable);
    await first.stop();
    const { id } = await mesh.submit('echo', 'later');
    await mesh.launch(new BaseAgent({ name: 'echo', model: echoModel() }));
    expect(await mesh.result(id, { wait: true })).toMatchObject({ response: 'later' });
  });

  it('waits with a handoff for an agent that is about to come up', async () => {
    await using mesh = await joinDurable(newOwner());
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const skills = { begin: new Step(() => begin()), to: new ToBack() };
    await mesh.launch(new BaseAgent({ name: 'front', skills }));
    const { id } = await mesh.submit('front', 'hello');
    await begun;
    await mesh.launch(new BaseAgent({ name: 'back', model: echoModel() }));
    expect(await mesh.result(id, { wait: true })).toMatchObject({ success: true, response: 'hello' });
  });

  it('is one run, however often it is asked under one id', async () => {
    await using mesh = await joinDurable(newOwner());
    const model = scriptedModel('done');
    await mesh.launch(new BaseAgent({ name: 'worker', model }));
    const id = 'order-4711';
    const asked = await Promise.all([1, 2, 3].map(() => mesh.ask('worker', 'go', { ...durable, id })));
    expect(asked.map(({ response }) => response)).toEqual(['done', 'done', 'done']);
    expect(await mesh.ask('worker', 'go', { ...durable, id })).toMatchObject({ response: 'done' });
    expect(model.requests).toHaveLength(1);
    expect(await mesh.ask('worker', 'something else', { ...durable, id })).toMatchObject({
      success: false,
      error: { code: 'FAILED_PRECONDITION' },
    });
    // The same words of somebody else: an answer is for whoever asked.
    expect(await mesh.ask('worker', 'go', { ...durable, id, user: 'eve' })).toMatchObject({
      success: false,
      response: null,
      error: { code: 'FAILED_PRECONDITION' },
    });
  });

  it('tries again what may pass, with the effects and handoffs of the first attempt', async () => {
    await using mesh = await joinDurable(newOwner());
    const seen = { tries: 0, effects: 0, keys: new Set<string>(), values: new Set<number>() };
    const back = scriptedModel('from the back');
    const step = new Step(async (context) => {
      const value = await context.once('pay', (key) => {
        seen.effects += 1;
        seen.keys.add(key);
        return Math.random();
      });
      seen.values.add(value);
      const asked = await context.query('back', 'how much?');
      expect(asked.response).toBe('from the back');
      seen.tries += 1;
      if (seen.tries < 3) throw new Error('not yet');
    });
    await mesh.launch(new BaseAgent({ name: 'back', model: back }));
    await mesh.launch(new BaseAgent({ name: 'front', skills: { step, to: new ToBack() } }));
    const result = await mesh.ask('front', 'please', durable);
    expect(result).toMatchObject({ success: true, response: 'from the back' });
    expect(seen).toMatchObject({ tries: 3, effects: 1 });
    expect(seen.values.size).toBe(1);
    // Once for the query, once for the handoff; never again for another attempt.
    expect(back.requests).toHaveLength(2);
  });

  it('lets an agent do no more at a time than it has places for', async () => {
    await using mesh = await joinDurable(newOwner());
    let [now, most] = [0, 0];
    const step = new Step(async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      now -= 1;
    });
    const agent = new BaseAgent({ name: 'narrow', concurrency: 2, model: echoModel(), skills: { step } });
    await mesh.launch(agent);
    const asked = Array.from({ length: 12 }, (_, n) => mesh.ask('narrow', `q${n}`, durable));
    const results = await Promise.all(asked);
    expect(results.map(({ response }) => response)).toEqual(results.map((_, n) => `q${n}`));
    expect(most).toBe(2);
  });

  it('keeps work in hand for longer than anyone may be silent, so that no other instance begins it too', async () => {
    const owner = newOwner();
    const quick = { durable: { ackWaitMs: 1000 } };
    await using first = await joinDurable(owner, quick);
    await using second = await joinDurable(owner, quick);
    let begun = 0;
    const step = () =>
      new Step(async () => {
        begun += 1;
        await new Promise((resolve) => setTimeout(resolve, 3000));
      });
    for (const member of [first, second]) {
      await member.launch(new BaseAgent({ name: 'worker', model: echoModel(), skills: { step: step() } }));
    }
    expect(await first.ask('worker', 'go', durable)).toMatchObject({ response: 'go' });
    expect(begun).toBe(1);
  });

  it('does not begin again what has ended, should its request turn up once more', async () => {
    const owner = newOwner();
    await using mesh = await joinDurable(owner);
    const model = scriptedModel('done');
    await mesh.launch(new BaseAgent({ name: 'worker', model }));
    await mesh.ask('worker', 'go', { ...durable, id: 'mine' });
    await mesh.whenQueued(0);
    await mesh.publishTask('worker', 'mine', request({ id: 'mine', target: `${owner}/worker` }));
    await mesh.whenQueued(0);
    expect(model.requests).toHaveLength(1);
  });

  it('is no answer to another request under its id, however long ago it was', async () => {
    const owner = newOwner();
    await using mesh = await joinDurable(owner);
    await mesh.launch(new BaseAgent({ name: 'worker', model: scriptedModel('done') }));
    await mesh.submit('worker', 'hello');
    // As the broker sees it once it has forgotten the name.
    await mesh.publishTask('worker', 'mine', request({ id: 'mine', target: `${owner}/worker` }));
    await mesh.whenQueued(0);
    expect(await mesh.ask('worker', 'something else', { ...durable, id: 'mine' })).toMatchObject({
      success: false,
      error: { code: 'FAILED_PRECONDITION' },
    });
  });

  it('hands back what an instance that stops cannot finish', async () => {
    const owner = newOwner();
    await using asker = await joinDurable(owner);
    await using first = await joinDurable(owner);
    const held = heldModel();
    await first.launch(new BaseAgent({ name: 'worker', model: held.model }));
    const { id } = await asker.submit('worker', 'go');
    await held.started;
    await asker.launch(new BaseAgent({ name: 'worker', model: scriptedModel('from the second') }));
    await first.close(0);
    expect(await asker.result(id, { wait: true })).toMatchObject({ response: 'from the second' });
  });
});

describe('a durable run that ends otherwise', () => {
  it('is refused at once for an agent nobody has heard of', async () => {
    await using mesh = await joinDurable(newOwner());
    await mesh.launch(new BaseAgent({ name: 'billing', model: echoModel() }));
    await expect(mesh.submit('biling', 'hello')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(mesh.submit('billing', 'hello', { id: 'a.b' })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  it('ends at its deadline, even if nobody waits for it', async () => {
    await using mesh = await joinDurable(newOwner());
    const launched = await mesh.launch(new BaseAgent({ name: 'echo', model: echoModel() }));
    await mesh.ask('echo', 'known', durable);
    await launched.stop();
    const asked = await mesh.ask('echo', 'hello', { ...durable, timeoutMs: 300 });
    expect(asked).toMatchObject({ success: false, error: { code: 'DEADLINE_EXCEEDED' } });
    const { id } = await mesh.submit('echo', 'hello', { timeoutMs: 50 });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await mesh.result(id)).toMatchObject({ error: { code: 'DEADLINE_EXCEEDED' } });
  });

  it('is a failure, not an attempt, where no attempt could go better', async () => {
    await using mesh = await joinDurable(newOwner());
    let tries = 0;
    const step = new Step(() => {
      tries += 1;
      throw new BatonError('PERMISSION_DENIED', 'not you');
    });
    await mesh.launch(new BaseAgent({ name: 'strict', model: echoModel(), skills: { step } }));
    expect(await mesh.ask('strict', 'hello', durable)).toMatchObject({
      error: { code: 'PERMISSION_DENIED' },
    });
    expect(tries).toBe(1);
    expect(await mesh.deadLetters.list()).toEqual([]);
  });

  it('is not known under another id', async () => {
    await using mesh = await joinDurable(newOwner());
    await expect(mesh.result('nobody-asked')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(mesh.result('01AAAAAAAAAAAAAAAAAAAAAAAA')).rejects.toThrow(/results are kept for 50 hours/);
    await expect(mesh.cancel('nobody-asked')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

/** A request as another member would have published it. */
function request({ id, target }: { id: string; target: string }): string {
  const bounds = { path: [], hops: 0, maxHops: 10, deadline: Date.now() + 60_000, remainingMs: 60_000 };
  const source = { agent: 'client', instance: 'i' };
  const envelope = { v: 1, id, conversation: 'c', source, target, mode: 'call', context: {}, metadata: {} };
  return JSON.stringify({ prompt: 'go', baton: { ...envelope, ...bounds, caller: { scopes: [] } } });
}
