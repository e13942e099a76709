import { setTimeout as sleep } from 'node:timers/promises';
import { join } from '@baton/runtime';
import { expect, it } from 'vitest';
import { FaultyBroker } from './support/broker.ts';
import { note, spread } from './support/figures.ts';
import { megabytes, until } from './support/until.ts';
import { startWorker } from './support/worker.ts';

const DOWN_S = 60;
const AGENTS = 200;

it(`keeps ${AGENTS} agents alive and small while the broker is down for ${DOWN_S} s, and serves at once when it is back`, async () => {
  await using broker = await FaultyBroker.start();
  const agents = Array.from({ length: AGENTS }, (_, index) => `agent-${index}`);
  await using worker = await startWorker({ server: broker.url, owner: 'faults', agents });
  await using mesh = await join({ server: broker.url, owner: 'faults' });
  await mesh.synced();
  await until(() => mesh.agents().length === AGENTS, 10_000);
  const before = worker.rss();
  await broker.kill();
  const refused: number[] = [];
  let largest = before;
  for (const over = performance.now() + DOWN_S * 1000; performance.now() < over; await sleep(1000)) {
    const began = performance.now();
    const { error } = await mesh.ask('agent-0', 'hello');
    expect(error?.code).toBe('UNAVAILABLE');
    refused.push(performance.now() - began);
    largest = Math.max(largest, worker.rss());
  }
  const growth = largest - before;
  await broker.start();
  const answers = await until(async () => (await mesh.ask('agent-0', 'hello')).success, 10_000);
  const sees = answers + (await until(() => mesh.agents().length === AGENTS, 10_000));
  expect(Math.max(...refused)).toBeLessThan(2000);
  expect(growth).toBeLessThan(20 * 1_048_576);
  expect(answers).toBeLessThan(3000);
  expect(sees).toBeLessThan(5000);
  await note({
    test: 'T6',
    promise: `a broker down for ${DOWN_S} s: agents live on, questions end typed within 2 s, nothing grows, service within 3 s of its return`,
    measured: `${AGENTS} agents in one process grew by ${megabytes(growth)}; refusals: ${spread(refused)}; first answer after ${(answers / 1000).toFixed(2)} s, all agents seen after ${(sees / 1000).toFixed(2)} s`,
    broker: broker.version,
  });
});
