import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { FaultyBroker } from './support/broker.ts';
import { Cluster } from './support/cluster.ts';
import { DurableLoad } from './support/durable-load.ts';
import { dieOneByOne, WHOLE } from './support/durable-scenarios.ts';
import { ACK_WAIT_MS } from './support/durable-worker.ts';
import { note, spread } from './support/figures.ts';

const WORKERS = 4;
const JOBS = 500;
const KILLS = 50;
const ROLLED_JOBS = 300;
const ROLLED = 20;
const BROKER_KILLS = 5;
const CUTS = 10;
const CUT_MS = 14_000;
const STREAMS = ['task', 'result', 'step', 'attempt', 'stream', 'ledger-usd'];

describe('workers that die', () => {
  it(`end ${JOBS} durable handoffs once each, and charge each once, though ${KILLS} workers are killed`, async () => {
    await using broker = await FaultyBroker.start();
    const { again, recovered, end } = await dieOneByOne(broker.url, {
      jobs: JOBS,
      kills: KILLS,
      workers: WORKERS,
    });
    expect(end).toMatchObject({ ...WHOLE, recordCount: 2 * JOBS, chargeCount: JOBS });
    const sorted = [...recovered].sort((a, b) => a - b);
    await note({
      test: 'T1',
      promise: `${JOBS} durable handoffs, paid for, ${KILLS} workers killed: each ends once and is charged once`,
      measured: `${JOBS} ended, 0 lost, ${end.chargeCount} charges, 0 double; ${again} executions more than runs; work of the dead begun again: ${spread(recovered)}, 99th percentile ${((sorted[Math.floor(sorted.length * 0.99)] ?? 0) / 1000).toFixed(2)} s, the broker waits ${ACK_WAIT_MS / 1000} s`,
      broker: broker.version,
    });
  });

  it(`repeat nothing of ${ROLLED_JOBS} durable handoffs when they are restarted one by one, ${ROLLED} times`, async () => {
    await using broker = await FaultyBroker.start();
    await using load = await DurableLoad.start(broker.url);
    // Longer than the broker waits for a sign of life.
    const work = { workMs: ACK_WAIT_MS * 1.5, concurrency: 8 };
    for (let worker = 0; worker < WORKERS; worker += 1) await load.addWorker(work);
    const exits: number[] = [];
    for (let turn = 0; turn < ROLLED; turn += 1) {
      load.ask(ROLLED_JOBS / ROLLED);
      await sleep(300);
      const oldest = load.workers.shift();
      exits.push((await oldest?.stop()) ?? 0);
      await load.addWorker(work);
    }
    const end = await load.settle();
    expect(end).toMatchObject({ ...WHOLE, recordCount: 2 * ROLLED_JOBS, chargeCount: ROLLED_JOBS, again: 0 });
    expect(Math.max(...exits)).toBeLessThan(26_000);
    await note({
      test: 'T2',
      promise: `${ROLLED_JOBS} durable handoffs while ${ROLLED} workers are restarted with SIGTERM: none is done twice`,
      measured: `${end.again} done again, ${end.chargeCount} charges; a worker ended after: ${spread(exits)}`,
      broker: broker.version,
    });
  });
});

describe('a broker that dies', () => {
  it(`loses and doubles no durable work when it is killed ${BROKER_KILLS} times`, async () => {
    await using broker = await FaultyBroker.start();
    await using load = await DurableLoad.start(broker.url);
    for (let worker = 0; worker < 2; worker += 1) await load.addWorker({ workMs: 200 });
    for (let kill = 0; kill < BROKER_KILLS; kill += 1) {
      load.ask(20);
      await sleep(700 + Math.random() * 300);
      await broker.kill();
      await sleep(300);
      await broker.start();
    }
    const end = await load.settle();
    expect(end).toMatchObject({ ...WHOLE, chargeCount: 20 * BROKER_KILLS });
    await note({
      test: 'T5',
      promise: `a broker killed ${BROKER_KILLS} times in the midst of ${20 * BROKER_KILLS} durable handoffs: each ends once and is charged once`,
      measured: `${20 * BROKER_KILLS} ended, 0 lost, ${end.chargeCount} charges, 0 double; ${end.again} executions more than runs`,
      broker: broker.version,
    });
  });

  it(`leaves no durable handoff without an end when it leads three replicas and is cut off for ${CUT_MS / 1000} s, ${CUTS} times`, async () => {
    await using cluster = await Cluster.start();
    await using load = await DurableLoad.start(cluster.url);
    for (let worker = 0; worker < 2; worker += 1) await load.addWorker({ workMs: 200 });
    // What an operator does: the streams are there, and are now kept three times.
    await load.answered(load.ask(1));
    for (const stream of STREAMS) await cluster.replicate(`baton_${load.owner}_${stream}`);
    for (let cut = 0; cut < CUTS; cut += 1) {
      load.ask(20);
      await sleep(500);
      cluster.isolate(await cluster.leaderOf(`baton_${load.owner}_task`));
      await sleep(CUT_MS);
      cluster.heal();
      // Each stream has a leader of its own.
      for (const stream of STREAMS) await cluster.formed(`baton_${load.owner}_${stream}`);
    }
    const end = await load.settle();
    expect(end).toMatchObject({ ...WHOLE, chargeCount: 20 * CUTS + 1 });
    const apart = await Promise.all(
      STREAMS.map((each) => cluster.replicasApart(`baton_${load.owner}_${each}`)),
    );
    await note({
      test: 'T9',
      promise: `three replicas, the leader of the queue cut off for ${CUT_MS / 1000} s, ${CUTS} times: every durable handoff ends once and is charged once`,
      measured: `${20 * CUTS + 1} ended, 0 lost, ${end.chargeCount} charges, 0 double; ${end.again} executions more than runs; replicas that differ in the end: ${apart.reduce((sum, each) => sum + each)} of ${3 * STREAMS.length}`,
      broker: cluster.version,
    });
  });
});
