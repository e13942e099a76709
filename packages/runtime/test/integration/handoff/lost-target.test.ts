import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook } from '../../../src/agent/decorators.ts';
import type { RunEvent } from '../../../src/agent/events.ts';
import { Skill } from '../../../src/agent/skill.ts';
import type { Mesh } from '../../../src/mesh.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import type { RunResult } from '../../../src/wire/result.ts';
import { startForeignHost, untilSees } from '../support/foreign-host.ts';
import { startHangingAgent } from '../support/hanging-agent.ts';
import { joinTest, newOwner } from '../support/mesh.ts';

/** Calls back at the first text, and returns the result with how long it took from then on. */
async function fromFirstText(events: AsyncIterable<RunEvent>, onText: () => void) {
  let began = 0;
  for await (const event of events) {
    if (event.type === 'text' && began === 0) {
      began = performance.now();
      onText();
    }
    if (event.type === 'result') return { result: event.result, ms: performance.now() - began };
  }
  throw new Error('no result');
}

const sees = (mesh: Mesh, name: string) =>
  untilSees(mesh, () => mesh.agents().some(({ agent }) => agent === name));

it('knows within moments that a target was killed in the middle of its answer, and keeps what had come', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  await using target = await startHangingAgent(owner, 'billing');
  await sees(mesh, 'billing');
  const { result, ms } = await fromFirstText(mesh.stream('billing', 'hi'), () => target.signal('SIGKILL'));
  expect(result).toMatchObject({ success: false, response: 'one ', error: { code: 'UNAVAILABLE' } });
  expect(result.error?.message).toContain('"billing" died in the middle of its answer');
  expect(ms).toBeLessThan(5000);
});

it('gives up on a target that was frozen in the middle of its answer', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  await using target = await startHangingAgent(owner, 'billing');
  await sees(mesh, 'billing');
  const { result, ms } = await fromFirstText(mesh.stream('billing', 'hi'), () => target.signal('SIGSTOP'));
  expect(result).toMatchObject({ response: 'one ', error: { code: 'UNAVAILABLE' } });
  expect(ms).toBeLessThan(6000);
});

it('knows the same of a host of another make', async () => {
  const owner = newOwner();
  const host = await startForeignHost({
    owner,
    name: 'other',
    answer: ({ chunk }) => {
      chunk({ type: 'status', data: 'ack' });
      chunk({ type: 'response', data: 'one ' });
    },
  });
  await using mesh = await joinTest(owner);
  await sees(mesh, 'other');
  const { result } = await fromFirstText(mesh.stream('other', 'hi'), () => void host.client.close());
  expect(result).toMatchObject({ response: 'one ', error: { code: 'UNAVAILABLE' } });
});

it('lets after_handoff mend a handoff whose target was killed in mid-answer, exactly once', async () => {
  const owner = newOwner();
  const seen: (string | undefined)[] = [];
  class Front extends Skill {
    @handoff('billing')
    always() {
      return true;
    }

    @hook('after_handoff')
    mend(context: Context) {
      seen.push(context.handoffResult?.error?.code);
      context.handoffResult = { success: true, response: 'sorry', fallback: true };
    }
  }
  await using mesh = await joinTest(owner);
  await using target = await startHangingAgent(owner, 'billing');
  await mesh.launch(new BaseAgent({ name: 'front', skills: { front: new Front() } }));
  await sees(mesh, 'billing');
  const { result } = await fromFirstText(mesh.stream('front', 'hi'), () => target.signal('SIGKILL'));
  expect(result).toMatchObject({ success: true, response: 'sorry', fallback: true });
  expect(seen).toEqual(['UNAVAILABLE']);
});

/** One replica dies at its first word, another answers whole. */
async function askTwoReplicas(idempotent: boolean, retries: number): Promise<RunResult> {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  await using target = await startHangingAgent(owner, 'billing');
  await sees(mesh, 'billing');
  const second = new BaseAgent({ name: 'billing', model: scriptedModel('one two'), idempotent });
  let launched: Promise<unknown> | undefined;
  const { result } = await fromFirstText(mesh.stream('billing', 'hi', { retries }), () => {
    launched = mesh.launch(second).then(() => target.signal('SIGKILL'));
  });
  await launched;
  return result;
}

it('asks another replica of an agent that is safe to ask twice, when the asker wants that', async () => {
  expect(await askTwoReplicas(true, 1)).toMatchObject({ success: true, response: 'one two' });
});

it.each([
  ['it is not safe to ask twice', false, 1],
  ['nobody asked for it', true, 0],
])('never asks again when %s', async (_why, idempotent, retries) => {
  expect(await askTwoReplicas(idempotent, retries)).toMatchObject({ error: { code: 'UNAVAILABLE' } });
});
