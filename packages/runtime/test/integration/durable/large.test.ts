import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { echoModel, scriptedModel } from '../../../src/testing/index.ts';
import { launchUnderTest } from '../support/agent-under-test.ts';
import { digest, sha256 } from '../support/digest.ts';
import { joinDurable } from '../support/durable.ts';
import { Step } from '../support/durable-skills.ts';
import { newOwner } from '../support/mesh.ts';

const question = 'q'.repeat(5 * 1_048_576);

it('carries out a request that is larger than the broker takes, once however often it is asked', async () => {
  await using host = await launchUnderTest(digest());
  const options = { delivery: 'durable', id: 'large-1' } as const;
  for (let turn = 0; turn < 2; turn += 1) {
    const result = await host.mesh.ask('digest', question, options);
    expect(result).toMatchObject({ success: true, response: `${question.length} ${sha256(question)}` });
  }
  const other = await host.mesh.ask('digest', `${question}!`, options);
  expect(other.error?.code).toBe('FAILED_PRECONDITION');
});

it('ends a request whose object is gone in a typed error, and does not try it again', async () => {
  await using host = await launchUnderTest(digest());
  const later = await host.mesh.launch(digest('later'));
  await later.stop();
  const { id } = await host.mesh.submit('later', question);
  await (await host.client.jetstreamManager()).streams.purge(`OBJ_baton_${host.owner}_context`);
  await host.mesh.launch(digest('later'));
  const { error } = await host.mesh.result(id, { wait: true });
  expect(error).toMatchObject({ code: 'FAILED_PRECONDITION', message: expect.stringMatching(/is gone/) });
});

it('keeps an answer that is larger than the broker takes, for whoever asks later too', async () => {
  await using host = await launchUnderTest(new BaseAgent({ name: 'echo', model: echoModel() }));
  const asked = await host.mesh.ask('echo', question, { delivery: 'durable', id: 'large-2' });
  expect(asked.response === question).toBe(true);
  expect((await host.mesh.result('large-2'))?.response === question).toBe(true);
});

it('says what became of an answer whose object is gone', async () => {
  await using host = await launchUnderTest(new BaseAgent({ name: 'echo', model: echoModel() }));
  await host.mesh.ask('echo', question, { delivery: 'durable', id: 'large-3' });
  await (await host.client.jetstreamManager()).streams.purge(`OBJ_baton_${host.owner}_context`);
  await expect(host.mesh.result('large-3')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
});

it('ends a run whose answer is larger than anything that is kept', async () => {
  const model = scriptedModel('x'.repeat(18 * 1_048_576));
  await using host = await launchUnderTest(new BaseAgent({ name: 'endless', model }));
  const { error } = await host.mesh.ask('endless', 'go', { delivery: 'durable' });
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(/at most 16 MB/) });
  expect(model.requests).toHaveLength(1);
});

it('finds what a step had yielded in an earlier attempt, however large', async () => {
  await using mesh = await joinDurable(newOwner());
  let effects = 0;
  let attempts = 0;
  let hash = '';
  const step = new Step(async (context) => {
    const yielded = await context.once('download', () => {
      effects += 1;
      return question;
    });
    attempts += 1;
    if (attempts === 1) throw new Error('kaputt');
    hash = sha256(yielded);
  });
  await mesh.launch(new BaseAgent({ name: 'worker', model: echoModel(), skills: { step } }));
  const result = await mesh.ask('worker', 'go', { delivery: 'durable' });
  expect(result.error).toBeUndefined();
  expect({ hash, attempts, effects }).toEqual({ hash: sha256(question), attempts: 2, effects: 1 });
});
