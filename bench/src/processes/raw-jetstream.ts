import { AckPolicy, connect, RetentionPolicy, StorageType } from 'nats';
import { fromBytes, toBytes } from '../json.ts';
import type { Role } from './role.ts';

const MAX_PENDING = 256;

/** Bare JetStream: a work queue on disk, each message answered to the subject it names, then acknowledged. */
export const rawJetStream: Role = async ({ server, owner, name }) => {
  const connection = await connect({ servers: server });
  const manager = await connection.jetstreamManager();
  const stream = `baton_${owner}_raw`;
  await manager.streams.add({
    name: stream,
    subjects: [name],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
  });
  await manager.consumers.add(stream, { durable_name: 'worker', ack_policy: AckPolicy.Explicit });
  const consumer = await connection.jetstream().consumers.get(stream, 'worker');
  await consumer.consume({
    max_messages: MAX_PENDING,
    callback: (message) => {
      const body = fromBytes(message.data) as { reply: string };
      connection.publish(body.reply, toBytes(body));
      message.ack();
    },
  });
  return {};
};
