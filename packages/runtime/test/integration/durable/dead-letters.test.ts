import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { scriptedModel } from '../../../src/testing/index.ts';
import { joinDurable } from '../support/durable.ts';
import { newOwner } from '../support/mesh.ts';

const durable = { delivery: 'durable' } as const;

/** A model that throws until it is mended. */
function brokenModel() {
  let isMended = false;
  const model = scriptedModel(function* () {
    if (!isMended) throw new Error('kaputt');
    yield { type: 'text', text: 'mended' };
  });
  return {
    model,
    mend: () => {
      isMended = true;
    },
  };
}

it('gives work up after five attempts that throw, once, with their history', async () => {
  await using mesh = await joinDurable(newOwner());
  const { model } = brokenModel();
  const { instance } = await mesh.launch(new BaseAgent({ name: 'worker', model }));
  const result = await mesh.ask('worker', 'go', { ...durable, id: 'poison' });
  expect(result).toMatchObject({ success: false, error: { code: 'INTERNAL', deadLetter: true } });
  expect(result.error?.message).toMatch(/given up after 5 attempts: kaputt/);
  expect(model.requests).toHaveLength(5);
  await mesh.whenQueued(0);
  const [letter, ...others] = await mesh.deadLetters.list({ agent: 'worker' });
  expect(others).toEqual([]);
  expect(letter).toMatchObject({ id: 'poison', cause: { code: 'INTERNAL', message: 'kaputt' } });
  expect(letter?.attempts.map(({ end, instance }) => [end, instance])).toEqual(
    Array.from({ length: 5 }, () => ['failed', instance]),
  );
  expect(JSON.parse(letter?.request ?? '')).toMatchObject({ prompt: 'go' });
});

it('takes a run of which nothing is seen for hung, and aborts it', async () => {
  await using mesh = await joinDurable(newOwner(), { durable: { maxAttempts: 2 } });
  const aborted: unknown[] = [];
  // It ignores its signal, as what hangs does.
  const model = scriptedModel(async function* ({ signal }) {
    signal.addEventListener('abort', () => aborted.push(signal.reason));
    yield* [];
    await new Promise(() => {});
  });
  await mesh.launch(new BaseAgent({ name: 'worker', model, stallMs: 100 }));
  expect(await mesh.ask('worker', 'go', durable)).toMatchObject({ error: { code: 'UNAVAILABLE' } });
  expect(aborted).toHaveLength(2);
  await mesh.whenQueued(0);
  const [letter] = await mesh.deadLetters.list();
  expect(letter?.attempts.map(({ end }) => end)).toEqual(['stalled', 'stalled']);
});

it('lets a silent step go on that says so, and a run that waits for another one', async () => {
  await using mesh = await joinDurable(newOwner());
  const model = scriptedModel(async function* () {
    for (const text of ['still', ' here']) {
      await new Promise((resolve) => setTimeout(resolve, 120));
      yield { type: 'text' as const, text };
    }
  });
  await mesh.launch(new BaseAgent({ name: 'worker', model, stallMs: 200 }));
  expect(await mesh.ask('worker', 'go', durable)).toMatchObject({ response: 'still here' });
  expect(model.requests).toHaveLength(1);
});

it('does work again that is replayed, under a new id and once', async () => {
  await using mesh = await joinDurable(newOwner());
  const { model, mend } = brokenModel();
  await mesh.launch(new BaseAgent({ name: 'worker', model }));
  await mesh.ask('worker', 'go', { ...durable, id: 'poison' });
  mend();
  const [first, second] = await Promise.allSettled([
    mesh.deadLetters.replay('poison'),
    mesh.deadLetters.replay('poison'),
  ]);
  const { id } = await Promise.any([first, second].map(unwrap));
  expect(await mesh.result(id, { wait: true })).toMatchObject({ success: true, response: 'mended' });
  expect(model.requests).toHaveLength(6);
  expect(await mesh.deadLetters.list()).toEqual([]);
  await expect(mesh.deadLetters.replay('poison')).rejects.toThrow(`was replayed already, as "${id}"`);
  await expect(mesh.deadLetters.replay(id)).rejects.toThrow(/succeeded; there is nothing to replay/);
});

it('forgets a dead letter that is dropped; how the run ended stays', async () => {
  await using mesh = await joinDurable(newOwner(), { durable: { maxAttempts: 1 } });
  await mesh.launch(new BaseAgent({ name: 'worker', model: brokenModel().model }));
  await mesh.ask('worker', 'go', { ...durable, id: 'poison' });
  await mesh.deadLetters.drop('poison');
  expect(await mesh.deadLetters.list()).toEqual([]);
  expect(await mesh.result('poison')).toMatchObject({ success: false, error: { code: 'INTERNAL' } });
  await expect(mesh.deadLetters.show('poison')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  await expect(mesh.deadLetters.show('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

it('buries a request that is none at once', async () => {
  await using mesh = await joinDurable(newOwner());
  const worker = await mesh.launch(new BaseAgent({ name: 'worker', model: scriptedModel('x') }));
  await mesh.ask('worker', 'known', durable);
  await mesh.publishTask('worker', 'bad', '{"prompt": "no envelope"}');
  await mesh.whenQueued(0);
  expect(await mesh.result('bad')).toMatchObject({ error: { code: 'INVALID_ARGUMENT' } });
  expect(await mesh.deadLetters.show('bad')).toMatchObject({ attempts: [] });
  await expect(mesh.deadLetters.replay('bad')).rejects.toThrow(/its request is none/);
  expect(worker.inFlight).toBe(0);
});

async function unwrap<T>(settled: PromiseSettledResult<T>): Promise<T> {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}
