import { createHash } from 'node:crypto';
import { join } from '@baton/runtime';
import { connect, createInbox } from 'nats';
import { expect, it } from 'vitest';
import { FaultyBroker } from './support/broker.ts';
import { note } from './support/figures.ts';
import { megabytes } from './support/until.ts';
import { startWorker } from './support/worker.ts';

const MIB = 1_048_576;
const SIZES = [1, 256 * 1024, MIB - 4096, MIB + 1, 16 * MIB];
const ROUNDS = 5;

it('carries questions of every size up to 16 MiB as they are, refuses larger ones, and stays small', async () => {
  await using broker = await FaultyBroker.start();
  await using worker = await startWorker({ server: broker.url, owner: 'faults', agents: ['digest'] });
  await using mesh = await join({ server: broker.url, owner: 'faults' });
  let largest = 0;
  let slowest = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const size of SIZES) {
      const question = 'x'.repeat(size);
      const began = performance.now();
      const { response } = await mesh.ask('digest', question);
      slowest = Math.max(slowest, performance.now() - began);
      expect(response).toBe(`${size} ${createHash('sha256').update(question).digest('hex')}`);
      largest = Math.max(largest, worker.rss());
    }
    const { error } = await mesh.ask('digest', 'x'.repeat(20 * MIB));
    expect(error?.code).toBe('INVALID_ARGUMENT');
  }
  expect(largest).toBeLessThan(400 * MIB);
  await note({
    test: 'T16',
    promise:
      'questions of 1 byte to 16 MiB arrive as they were sent, one of 20 MiB is refused, the connection lives on',
    measured: `${ROUNDS * SIZES.length} arrived, the slowest in ${(slowest / 1000).toFixed(2)} s; the agent held at most ${megabytes(largest)}`,
    broker: broker.version,
  });
});

it('refuses what is not what its reference says', async () => {
  await using broker = await FaultyBroker.start();
  await using _worker = await startWorker({
    server: broker.url,
    owner: 'faults',
    agents: ['digest'],
    workMs: 1000,
  });
  await using mesh = await join({ server: broker.url, owner: 'faults' });
  const client = await connect({ servers: broker.url });
  // Every large question is sent again with another hash, by someone in the middle, while it is being answered.
  let outcome: unknown;
  client.subscribe('agents.prompt.baton.faults.digest', {
    callback: (_error, message) => {
      const request = message.json<{ baton: { id: string; messagesRef?: { sha256: string } } }>();
      if (!request.baton.messagesRef || request.baton.id.endsWith('-again')) return;
      request.baton.id = `${request.baton.id}-again`;
      request.baton.messagesRef.sha256 = 'a'.repeat(64);
      client.publish('agents.prompt.baton.faults.digest', JSON.stringify(request), { reply: inbox });
    },
  });
  const inbox = createInbox();
  client.subscribe(inbox, {
    callback: (_error, answer) => {
      if (answer.headers?.get('Nats-Service-Error-Code')) outcome = answer.json();
      else if (answer.data.length === 0) outcome ??= 'answered';
    },
  });
  await client.flush();
  const question = 'x'.repeat(8 * MIB);
  await mesh.ask('digest', question);
  await expect.poll(() => outcome, { timeout: 5000 }).toMatchObject({ error: 'invalid_argument' });
  await client.close();
  await note({
    test: 'T16',
    promise: 'what has another hash than its reference says is never parsed',
    measured: 'refused',
    broker: broker.version,
  });
});
