import { setTimeout as sleep } from 'node:timers/promises';
import { DiscardPolicy, nanos } from 'nats';
import { describe, expect, it } from 'vitest';
import { FaultyBroker } from './support/broker.ts';
import { Cluster } from './support/cluster.ts';
import { note, spread } from './support/figures.ts';
import { LEDGER, LEDGER_STREAM, LedgerLoad } from './support/ledger-load.ts';

const WRITERS = 4;
const KILLS = 20;
const LEADER_KILLS = 10;
const KILLS_OF_ALL = 5;
const CUTS = 10;
const CUT_MS = 14_000;

/** A cluster that keeps the ledger three times: an operator's choice, made before the first entry. */
async function clusterWithLedger(): Promise<Cluster> {
  const cluster = await Cluster.start();
  try {
    await cluster.addStream({
      name: LEDGER_STREAM,
      subjects: [`baton.${LEDGER.owner}.log.${LEDGER.name}`],
      discard: DiscardPolicy.New,
      duplicate_window: nanos(600_000),
      deny_delete: true,
      deny_purge: true,
    });
    await cluster.formed(LEDGER_STREAM);
    return cluster;
  } catch (error) {
    // Brokers outlive a test that nobody hands them to.
    await cluster[Symbol.asyncDispose]();
    throw error;
  }
}

/** What the ledger says once nothing is wrong any more: told of all its writers, each entry once, no money made or lost. */
async function settle(load: LedgerLoad) {
  await load.finish();
  const outcome = await load.check();
  expect(outcome).toMatchObject({ lost: [], doubled: [], sum: 0 });
  expect(outcome.acknowledged).toBeGreaterThan(100);
  return outcome;
}

describe('the ledger on one broker', () => {
  it(`loses and doubles nothing when the broker is killed ${KILLS} times`, async () => {
    await using broker = await FaultyBroker.start();
    await using load = await LedgerLoad.start(broker.url, WRITERS);
    const back: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      await load.nextAcknowledged();
      await sleep(200 + Math.random() * 300);
      await broker.kill();
      const began = performance.now();
      await sleep(300);
      await broker.start();
      await load.nextAcknowledged();
      back.push(performance.now() - began);
    }
    const { acknowledged, lost, doubled } = await settle(load);
    expect(Math.max(...back)).toBeLessThan(3000);
    await note({
      test: 'T5',
      promise: `a broker killed ${KILLS} times, 300 ms down each: no acknowledged entry of the ledger is lost, none counts twice`,
      measured: `${acknowledged} acknowledged, ${lost.length} lost, ${doubled.length} doubled; writes again after the kill: ${spread(back)}`,
      broker: broker.version,
    });
  });
});

describe('the ledger kept three times', () => {
  it(`loses and doubles nothing when its leader is killed ${LEADER_KILLS} times`, async () => {
    await using cluster = await clusterWithLedger();
    await using load = await LedgerLoad.start(cluster.url, WRITERS);
    const back: number[] = [];
    for (let kill = 0; kill < LEADER_KILLS; kill += 1) {
      await load.nextAcknowledged();
      const leader = cluster.node(await cluster.leaderOf(LEDGER_STREAM));
      await leader.kill();
      const began = performance.now();
      await load.nextAcknowledged();
      back.push(performance.now() - began);
      await leader.start();
      await cluster.formed(LEDGER_STREAM);
    }
    const { acknowledged, lost, doubled } = await settle(load);
    expect(Math.max(...back)).toBeLessThan(20_000);
    await note({
      test: 'T7',
      promise: `three replicas, the leader killed ${LEADER_KILLS} times: nothing lost, nothing counts twice`,
      measured: `${acknowledged} acknowledged, ${lost.length} lost, ${doubled.length} doubled; writes again: ${spread(back)}`,
      broker: cluster.version,
    });
  });

  it(`loses and doubles nothing when all three brokers are killed at once ${KILLS_OF_ALL} times`, async () => {
    await using cluster = await clusterWithLedger();
    await using load = await LedgerLoad.start(cluster.url, WRITERS);
    const back: number[] = [];
    for (let kill = 0; kill < KILLS_OF_ALL; kill += 1) {
      await load.nextAcknowledged();
      await sleep(500);
      const nodes = [...cluster.nodes.values()];
      await Promise.all(nodes.map((node) => node.kill()));
      await Promise.all(nodes.map((node) => node.start()));
      const began = performance.now();
      await load.nextAcknowledged();
      back.push(performance.now() - began);
      await cluster.formed(LEDGER_STREAM);
    }
    const { acknowledged, lost, doubled } = await settle(load);
    await note({
      test: 'T8',
      promise: `three replicas, all brokers killed at once ${KILLS_OF_ALL} times: nothing lost, nothing counts twice`,
      measured: `${acknowledged} acknowledged, ${lost.length} lost, ${doubled.length} doubled; writes again after they are up: ${spread(back)}`,
      broker: cluster.version,
    });
  });

  it(`ends every write in one known state when its leader is cut off for ${CUT_MS / 1000} s, ${CUTS} times`, async () => {
    await using cluster = await clusterWithLedger();
    await using load = await LedgerLoad.start(cluster.url, WRITERS);
    const back: number[] = [];
    for (let cut = 0; cut < CUTS; cut += 1) {
      await load.nextAcknowledged();
      cluster.isolate(await cluster.leaderOf(LEDGER_STREAM));
      const until = performance.now() + CUT_MS;
      // What was on its way may still be acknowledged.
      await sleep(500);
      back.push(500 + (await load.nextAcknowledged()));
      await sleep(until - performance.now());
      cluster.heal();
      await cluster.formed(LEDGER_STREAM);
    }
    const { acknowledged, lost, doubled } = await settle(load);
    const apart = await cluster.replicasApart(LEDGER_STREAM);
    await note({
      test: 'T9',
      promise: `three replicas, the leader cut off for ${CUT_MS / 1000} s, ${CUTS} times: every write ends in one known state, nothing counts twice`,
      measured: `${acknowledged} acknowledged, ${lost.length} lost, ${doubled.length} doubled; writes again on the other side: ${spread(back)}; ${apart} of 3 replicas differ in the end`,
      broker: cluster.version,
    });
  });
});
