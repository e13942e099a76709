import { setTimeout as sleep } from 'node:timers/promises';
import { join } from '@baton/runtime';
import { connect, createInbox } from 'nats';
import { expect, it } from 'vitest';
import { FaultyBroker } from './support/broker.ts';
import { note } from './support/figures.ts';
import { megabytes, until } from './support/until.ts';
import { startWorker } from './support/worker.ts';

const PER_SECOND = 1000;
const FLOOD_S = 15;
const FROZEN_S = 14;
const LIMIT = 150 * 1_048_576;

it(`stays below 150 MB under ${PER_SECOND} prompts a second that take 20 ms each, and when frozen for ${FROZEN_S} s meanwhile`, async () => {
  await using broker = await FaultyBroker.start();
  await using worker = await startWorker({
    server: broker.url,
    owner: 'faults',
    agents: ['slow'],
    concurrency: 4,
    workMs: 20,
  });
  await using mesh = await join({ server: broker.url, owner: 'faults' });
  const client = await connect({ servers: broker.url });
  const inbox = createInbox();
  let ended = 0;
  let refused = 0;
  client.subscribe(`${inbox}.*`, {
    callback: (_error, message) => {
      const code = message.headers?.get('Nats-Service-Error-Code');
      if (code === '429') refused += 1;
      else if (!code && message.data.length === 0) ended += 1;
    },
  });
  const question = 'x'.repeat(4096);
  let sent = 0;
  const flood = setInterval(() => {
    for (let each = 0; each < PER_SECOND / 50; each += 1) {
      client.publish('agents.prompt.baton.faults.slow', question, { reply: `${inbox}.${sent++}` });
    }
  }, 20);
  let largest = 0;
  const watch = setInterval(() => {
    largest = Math.max(largest, worker.rss());
  }, 500);
  await sleep(FLOOD_S * 1000);
  worker.freeze();
  await sleep(FROZEN_S * 1000);
  worker.thaw();
  await sleep(3000);
  clearInterval(flood);
  const back = await until(
    async () => (await mesh.ask('slow', 'hello', { timeoutMs: 2000 })).success,
    15_000,
  );
  clearInterval(watch);
  await client.close();
  expect(refused).toBeGreaterThan(0);
  // Refusals end like answers.
  const answered = ended - refused;
  expect(answered).toBeGreaterThan(0);
  expect(largest).toBeLessThan(LIMIT);
  await note({
    test: 'T17',
    promise: `a flood of ${PER_SECOND} prompts a second into an agent that takes 20 ms each, frozen for ${FROZEN_S} s meanwhile: below 150 MB, and serving again`,
    measured: `${sent} sent, ${answered} answered, ${refused} told that it is busy; at most ${megabytes(largest)}; serving ${(back / 1000).toFixed(2)} s after the flood`,
    broker: broker.version,
  });
});
