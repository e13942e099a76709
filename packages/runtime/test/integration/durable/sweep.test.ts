import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { echoModel } from '../../../src/testing/index.ts';
import { joinDurable } from '../support/durable.ts';
import { newOwner } from '../support/mesh.ts';

it('ends work that is too late for an agent that never comes back, without being asked', async () => {
  await using mesh = await joinDurable(newOwner(), { durable: { sweepMs: 100 } });
  const gone = await mesh.launch(new BaseAgent({ name: 'gone', model: echoModel() }));
  await mesh.ask('gone', 'first', { delivery: 'durable' });
  await gone.stop();
  const late = await mesh.submit('gone', 'go', { timeoutMs: 300 });
  const inTime = await mesh.submit('gone', 'go');
  expect(await mesh.queued()).toBe(2);
  await mesh.whenQueued(1);
  expect(await mesh.result(late.id)).toMatchObject({ error: { code: 'DEADLINE_EXCEEDED' } });
  expect(await mesh.result(inTime.id)).toBeUndefined();
});
