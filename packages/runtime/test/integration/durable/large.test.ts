import { expect, it } from 'vitest';
import { launchUnderTest } from '../support/agent-under-test.ts';
import { digest, sha256 } from '../support/digest.ts';

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
