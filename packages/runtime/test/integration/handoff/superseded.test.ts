import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { handoff } from '../../../src/agent/decorators.ts';
import type { RunEvent } from '../../../src/agent/events.ts';
import { Skill } from '../../../src/agent/skill.ts';
import type { Mesh } from '../../../src/mesh.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { BatonError } from '../../../src/wire/error.ts';
import { joinTest, newOwner } from '../support/mesh.ts';
import { answerOf, connectRaw, exchange } from '../support/raw-client.ts';

class ToDesk extends Skill {
  @handoff('desk', { mode: 'call' })
  always() {
    return true;
  }
}

class ToLame extends Skill {
  @handoff('lame', { fallback: ['calm'] })
  always() {
    return true;
  }
}

/** front -> desk -> lame, who breaks off in mid-answer, so that calm answers. */
async function launchAll(mesh: Mesh): Promise<void> {
  const lame = scriptedModel(function* () {
    yield { type: 'text', text: 'Half an ' };
    throw new BatonError('UNAVAILABLE', 'the model is away');
  });
  await mesh.launch(new BaseAgent({ name: 'lame', model: lame }));
  await mesh.launch(new BaseAgent({ name: 'calm', model: scriptedModel('A calm answer.') }));
  await mesh.launch(new BaseAgent({ name: 'desk', skills: { route: new ToLame() } }));
  await mesh.launch(new BaseAgent({ name: 'front', skills: { route: new ToDesk() } }));
}

async function told(events: AsyncIterable<RunEvent>): Promise<string[]> {
  const all: string[] = [];
  for await (const event of events) {
    if (event.type === 'text') all.push(event.text);
    else if (event.type === 'superseded') all.push('(void)');
    else if (event.type === 'result') all.push(`= ${event.result.response}`);
  }
  return all;
}

it('tells a reader, hops away, that what a lost target had streamed is void', async () => {
  await using mesh = await joinTest(newOwner());
  await launchAll(mesh);
  expect(await told(mesh.stream('front', 'hi'))).toEqual([
    ...['Half an ', '(void)', 'A calm answer.'],
    '= A calm answer.',
  ]);
});

it('gives a client of the bare protocol the second answer after a blank line, once', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  await launchAll(mesh);
  await using client = await connectRaw();
  const received = await exchange(client, { to: `agents.prompt.baton.${owner}.front`, payload: 'hi' });
  expect(answerOf(received)).toBe('Half an \n\nA calm answer.');
});

it('tells it of a second try at an agent that is safe to ask twice', async () => {
  await using mesh = await joinTest(newOwner());
  let tries = 0;
  const model = scriptedModel(function* () {
    yield { type: 'text', text: `try ${++tries}` };
    if (tries === 1) throw new BatonError('UNAVAILABLE', 'the model is away');
  });
  await mesh.launch(new BaseAgent({ name: 'shaky', model, idempotent: true }));
  await mesh.synced();
  expect(await told(mesh.stream('shaky', 'hi', { retries: 1 }))).toEqual([
    'try 1',
    '(void)',
    'try 2',
    '= try 2',
  ]);
});
