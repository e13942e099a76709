import { connect } from 'nats';
import { expect, inject, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { echoModel } from '../../../src/testing/index.ts';
import { joinDurable } from '../support/durable.ts';
import { heldModel } from '../support/held-model.ts';
import { newOwner } from '../support/mesh.ts';

it('tells how much durable work waits for an agent, and how much is in hand', async () => {
  await using mesh = await joinDurable(newOwner());
  const { model, started, release } = heldModel();
  await mesh.launch(new BaseAgent({ name: 'slow', model, concurrency: 1 }));
  const first = await mesh.submit('slow', 'first');
  await started;
  const others = await Promise.all(['second', 'third'].map((question) => mesh.submit('slow', question)));
  expect(await mesh.backlog('slow')).toEqual({ waiting: 2, inHand: 1 });
  expect(await mesh.backlog(`${mesh.owner}/slow`)).toEqual({ waiting: 2, inHand: 1 });
  expect(await mesh.backlog('another')).toEqual({ waiting: 0, inHand: 0 });
  release();
  for (const { id } of [first, ...others]) await mesh.result(id, { wait: true });
  await mesh.whenQueued(0);
  expect(await mesh.backlog('slow')).toEqual({ waiting: 0, inHand: 0 });
});

it('counts work for an agent that is gone and has never taken any', async () => {
  await using mesh = await joinDurable(newOwner());
  const gone = await mesh.launch(new BaseAgent({ name: 'gone', model: echoModel() }));
  await gone.stop();
  await mesh.submit('gone', 'first');
  await mesh.submit('gone', 'second');
  await mesh.publishTask('another', 'third', 'no request');
  expect(await mesh.backlog('gone')).toEqual({ waiting: 2, inHand: 0 });
});

it('makes nothing by looking for work', async () => {
  const owner = newOwner();
  await using mesh = await joinDurable(owner);
  expect(await mesh.backlog('slow')).toEqual({ waiting: 0, inHand: 0 });
  await expect(mesh.backlog('no name')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  const connection = await connect({ servers: inject('broker') });
  const manager = await connection.jetstreamManager();
  const made = manager.streams.info(`baton_${owner}_task`);
  await expect(made.finally(() => connection.close())).rejects.toThrow('stream not found');
});
