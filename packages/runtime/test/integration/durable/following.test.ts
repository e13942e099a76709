import { once as onceEvent } from 'node:events';
import { describe, expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Mesh } from '../../../src/mesh.ts';
import { echoModel, scriptedModel } from '../../../src/testing/index.ts';
import { BatonError } from '../../../src/wire/error.ts';
import { allOf } from '../support/all-of.ts';
import { joinDurable } from '../support/durable.ts';
import { Step, ToBack } from '../support/durable-skills.ts';
import { heldModel } from '../support/held-model.ts';
import { newOwner } from '../support/mesh.ts';

const durable = { delivery: 'durable' } as const;

describe('cancel', () => {
  it('keeps work that waits from ever being begun', async () => {
    await using mesh = await joinDurable(newOwner());
    const model = scriptedModel('x');
    const first = await mesh.launch(new BaseAgent({ name: 'worker', model }));
    await mesh.ask('worker', 'known', durable);
    await first.stop();
    const { id } = await mesh.submit('worker', 'unwanted');
    expect(await mesh.cancel(id)).toEqual(['worker']);
    await mesh.launch(new BaseAgent({ name: 'worker', model }));
    await mesh.ask('worker', 'wanted', durable);
    const result = await mesh.result(id);
    expect(result).toMatchObject({ error: { code: 'CANCELLED' } });
    // From when it was asked.
    expect(result?.durationMs).toBeGreaterThan(0);
    expect(model.requests).toHaveLength(2);
    await expect(mesh.cancel(id)).rejects.toThrow(/has ended already: it was cancelled/);
  });

  it('stops work in progress at every hop', { timeout: 6000 }, async () => {
    await using mesh = await joinDurable(newOwner());
    const held = heldModel();
    let signal: AbortSignal | undefined;
    const step = new Step((context) => {
      signal = context.signal;
    });
    await mesh.launch(new BaseAgent({ name: 'back', model: held.model, skills: { step } }));
    await mesh.launch(new BaseAgent({ name: 'front', skills: { to: new ToBack() } }));
    const { id } = await mesh.submit('front', 'go');
    await held.started;
    const stopped = onceEvent(signal as AbortSignal, 'abort');
    await mesh.cancel(id);
    await stopped;
    expect(await mesh.result(id)).toMatchObject({ success: false, error: { code: 'CANCELLED' } });
    await mesh.whenQueued(0);
  });

  it('is what an aborted ask does', async () => {
    await using mesh = await joinDurable(newOwner());
    const held = heldModel();
    await mesh.launch(new BaseAgent({ name: 'worker', model: held.model }));
    const controller = new AbortController();
    const asked = mesh.ask('worker', 'go', { ...durable, id: 'mine', signal: controller.signal });
    await held.started;
    controller.abort();
    expect(await asked).toMatchObject({ error: { code: 'CANCELLED' } });
    expect(await mesh.result('mine')).toMatchObject({ error: { code: 'CANCELLED' } });
    await mesh.whenQueued(0);
  });
});

describe('attach', () => {
  it('goes on from the last piece that was seen', async () => {
    await using mesh = await joinDurable(newOwner());
    await mesh.launch(new BaseAgent({ name: 'echo', model: echoModel() }));
    const { id } = await mesh.submit('echo', 'one two three');
    expect(await textOf(mesh, id)).toBe('one two three');
    expect(await textOf(mesh, id, 2)).toBe('three');
  });

  it('tells what is said while it is said', async () => {
    await using mesh = await joinDurable(newOwner());
    const held = heldModel();
    const model = scriptedModel(async function* (request) {
      yield { type: 'text' as const, text: 'almost ' };
      yield* held.model.generate(request);
    });
    await mesh.launch(new BaseAgent({ name: 'worker', model }));
    const texts: unknown[] = [];
    for await (const event of mesh.stream('worker', 'go', durable)) {
      if (event.type !== 'text') continue;
      texts.push([event.text, event.seq]);
      held.release();
    }
    expect(texts).toEqual([
      ['almost ', 1],
      ['done', 2],
    ]);
  });

  it('says that a new attempt makes the earlier text void', async () => {
    await using mesh = await joinDurable(newOwner());
    let tries = 0;
    const model = scriptedModel(function* () {
      yield { type: 'text', text: `attempt ${++tries}` };
      if (tries === 1) throw new BatonError('UNAVAILABLE', 'the model is away');
    });
    await mesh.launch(new BaseAgent({ name: 'worker', model }));
    const events = await allOf(mesh.stream('worker', 'go', durable));
    expect(events).toMatchObject([
      { type: 'accepted' },
      { type: 'text', text: 'attempt 1' },
      { type: 'superseded' },
      { type: 'text', text: 'attempt 2' },
      { type: 'result', result: { response: 'attempt 2' } },
    ]);
  });
});

async function textOf(mesh: Mesh, id: string, from = 0): Promise<string> {
  let text = '';
  for await (const event of mesh.attach(id, { from })) if (event.type === 'text') text += event.text;
  return text;
}
