import { expect, it } from 'vitest';
import { z } from 'zod';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook, tool } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import type { ModelEvent } from '../../../src/model/model.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import type { HandoffOutcome } from '../../../src/wire/result.ts';
import { launchUnderTest } from '../support/agent-under-test.ts';
import { startForeignHost, untilSees } from '../support/foreign-host.ts';
import { heldModel } from '../support/held-model.ts';
import { joinTest, newOwner } from '../support/mesh.ts';
import { answerOf } from '../support/raw-client.ts';

const Bill = z.object({ total: z.int() });
const used = (inputTokens: number, outputTokens: number): ModelEvent => ({
  type: 'usage',
  inputTokens,
  outputTokens,
});
const text = (said: string): ModelEvent => ({ type: 'text', text: said });
const transferTo = (name: string): ModelEvent => ({
  type: 'tool_call',
  id: `to ${name}`,
  name: `transfer_to_${name}`,
  arguments: JSON.stringify({ message: `is ${name} there?` }),
});

class ToBilling extends Skill {
  readonly seen: (HandoffOutcome | undefined)[] = [];

  @handoff('billing')
  always() {
    return true;
  }

  @hook('after_handoff')
  note({ handoffResult }: Context) {
    this.seen.push(handoffResult);
  }
}

it('tells the source, and who asked it, the value of an answer and what all models used', async () => {
  await using mesh = await joinTest(newOwner());
  class Ledger extends Skill {
    @tool
    async lookUp(_args: Record<string, unknown>, context: Context) {
      return (await context.query('ledger', 'how much?')).response;
    }
  }
  const billing = scriptedModel(
    [{ type: 'tool_call', id: '1', name: 'lookUp', arguments: '{}' }, used(10, 1)],
    [text('{"total"'), text(':5}'), used(20, 2)],
  );
  const front = new ToBilling();
  await mesh.launch(new BaseAgent({ name: 'ledger', model: scriptedModel([text('5'), used(100, 10)]) }));
  await mesh.launch(
    new BaseAgent({ name: 'billing', model: billing, output: Bill, skills: { ledger: new Ledger() } }),
  );
  await mesh.launch(new BaseAgent({ name: 'front', skills: { front } }));
  const usage = { inputTokens: 130, outputTokens: 13, modelCalls: 3 };
  const told = { success: true, response: '{"total":5}', data: { total: 5 }, usage };
  expect(await mesh.ask('front', 'what do I owe?')).toMatchObject(told);
  expect(front.seen).toMatchObject([told]);
});

it('tells what a target used that failed', async () => {
  await using mesh = await joinTest(newOwner());
  const model = scriptedModel(function* () {
    yield used(10, 1);
    throw new Error('broke off');
  });
  await mesh.launch(new BaseAgent({ name: 'billing', model }));
  await mesh.launch(new BaseAgent({ name: 'front', skills: { front: new ToBilling() } }));
  expect(await mesh.ask('front', 'hi')).toMatchObject({
    success: false,
    usage: { inputTokens: 10, outputTokens: 1, modelCalls: 1 },
  });
});

it('makes nothing up for a host that tells neither value nor usage', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  await using _host = await startForeignHost({ owner, name: 'billing' });
  const front = new ToBilling();
  await mesh.launch(new BaseAgent({ name: 'front', skills: { front } }));
  await untilSees(mesh, (seen) => seen.agents().some(({ agent }) => agent === 'billing'));
  const result = await mesh.ask('front', 'hi');
  expect(result).toMatchObject({ success: true, response: 'hi' });
  for (const told of [result, front.seen[0]]) {
    expect(told).not.toHaveProperty('usage');
    expect(told).not.toHaveProperty('data');
  }
});

it('streams an answer by a schema to a client of the bare protocol once, when it fits', async () => {
  const model = scriptedModel('{"total":"five"}', '{"total":5}');
  await using agent = await launchUnderTest(new BaseAgent({ name: 'billing', model, output: Bill }));
  expect(answerOf(await agent.send('what do I owe?'))).toBe('{"total":5}');
});

it('honours three handoffs of one turn when one target has just died and one is slow', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  await using dying = await startForeignHost({ owner, name: 'dead' });
  const slow = heldModel();
  const front = scriptedModel(
    async function* () {
      // Still in the registry, and no longer there.
      await dying.client.close();
      yield* ['slow', 'dead', 'fine'].map(transferTo);
    },
    ({ messages }) => messages.slice(-3).map(({ content }) => text(`${content}\n`)),
  );
  await mesh.launch(new BaseAgent({ name: 'slow', model: slow.model }));
  const fine = scriptedModel(function* () {
    yield text('here');
    slow.release();
  });
  await mesh.launch(new BaseAgent({ name: 'fine', model: fine }));
  await mesh.launch(new BaseAgent({ name: 'front', model: front, handoffs: ['slow', 'dead', 'fine'] }));
  await untilSees(mesh, (seen) => seen.agents().length === 4);
  const result = await mesh.ask('front', 'is anybody there?');
  const told = (result.response ?? '')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(told).toMatchObject([
    { agent: 'slow', success: true, response: 'done' },
    { agent: 'dead', success: false, response: null, error: expect.stringContaining('dead') },
    { agent: 'fine', success: true, response: 'here' },
  ]);
  expect(result.handoffs.map(({ to, success, error }) => [to, success, error?.code])).toEqual([
    ['slow', true, undefined],
    ['dead', false, 'UNAVAILABLE'],
    ['fine', true, undefined],
  ]);
});
