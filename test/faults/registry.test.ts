import { setTimeout as sleep } from 'node:timers/promises';
import { join } from '@baton/runtime';
import { expect, it } from 'vitest';
import { FaultyBroker } from './support/broker.ts';
import { note, spread } from './support/figures.ts';
import { until } from './support/until.ts';
import { startWorker } from './support/worker.ts';

const KILLS = 5;
const IDLE_S = 300;
const PROCESSES = 4;
const AGENTS_EACH = 50;

it('gives up who was killed or is frozen, and takes back who thaws', async () => {
  await using broker = await FaultyBroker.start();
  await using mesh = await join({ server: broker.url, owner: 'faults' });
  const isLive = () => mesh.agents().some(({ agent }) => agent === 'mortal');
  const killed: number[] = [];
  const frozen: number[] = [];
  const back: number[] = [];
  for (let round = 0; round < KILLS; round += 1) {
    await using worker = await startWorker({ server: broker.url, owner: 'faults', agents: ['mortal'] });
    await until(isLive, 5000);
    worker.freeze();
    frozen.push(await until(() => !isLive(), 15_000));
    worker.thaw();
    back.push(await until(isLive, 5000));
    await worker.kill();
    killed.push(await until(() => !isLive(), 15_000));
  }
  expect(Math.max(...killed, ...frozen)).toBeLessThan(10_000);
  await note({
    test: 'T19',
    promise: 'an agent that was killed or is frozen is out of sight within 10 s, and back when it thaws',
    measured: `killed: ${spread(killed)}; frozen: ${spread(frozen)}; back: ${spread(back)}`,
    broker: broker.version,
  });
});

it(`gives up none of ${PROCESSES * AGENTS_EACH} agents that beat, in ${IDLE_S} s`, async () => {
  await using broker = await FaultyBroker.start();
  await using mesh = await join({ server: broker.url, owner: 'faults' });
  const agents = (index: number) =>
    Array.from({ length: AGENTS_EACH }, (_, each) => `agent-${index}-${each}`);
  const start = (index: number) =>
    startWorker({ server: broker.url, owner: 'faults', agents: agents(index) });
  const workers = await Promise.all(Array.from({ length: PROCESSES }, (_, index) => start(index)));
  const all = PROCESSES * AGENTS_EACH;
  await until(() => mesh.agents().length === all, 10_000);
  let fewest = all;
  const stop = mesh.onChange(() => {
    fewest = Math.min(fewest, mesh.agents().length);
  });
  await sleep(IDLE_S * 1000);
  stop();
  await Promise.all(workers.map((worker) => worker.kill()));
  expect(fewest).toBe(all);
  await note({
    test: 'T19',
    promise: `${all} agents idle for ${IDLE_S} s: none is given up`,
    measured: `${all - fewest} given up`,
    broker: broker.version,
  });
});
