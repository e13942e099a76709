import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from 'nats';
import { inject } from 'vitest';
import type { JoinOptions, Mesh } from '../../../src/mesh.ts';
import { joinTest } from './mesh.ts';

/** A member whose durable delivery is quick about trying again, and which can look into the queue. */
export type DurableMember = Mesh & {
  /** Requests that wait or are being worked on. */
  queued(): Promise<number>;
  whenQueued(count: number): Promise<void>;
  /** Terminal records of all runs. */
  recorded(): Promise<number>;
  /** Puts anything into an agent's queue. */
  publishTask(agent: string, id: string, data: string): Promise<void>;
};

export async function joinDurable(owner: string, options: JoinOptions = {}): Promise<DurableMember> {
  const mesh = await joinTest(owner, {
    ...options,
    durable: { ackWaitMs: 1000, retryMs: [10], ...options.durable },
  });
  const withBroker = async <T>(work: (connection: NatsConnection) => Promise<T>): Promise<T> => {
    const connection = await connect({ servers: inject('broker') });
    return await work(connection).finally(() => connection.close());
  };
  const kept = (stream: string) =>
    withBroker(async (connection) => {
      const manager = await connection.jetstreamManager();
      const { state } = await manager.streams.info(`baton_${owner}_${stream}`);
      return state.messages;
    });
  const queued = () => kept('task');
  const recorded = () => kept('result');
  const publishTask = (agent: string, id: string, data: string) =>
    withBroker(async (connection) => {
      await connection.jetstream().publish(`baton.${owner}.task.${agent}.${id}`, data);
    });
  const whenQueued = async (count: number) => {
    while ((await queued()) !== count) await sleep(20);
  };
  return Object.assign(mesh, { queued, whenQueued, recorded, publishTask });
}
