import { connect, Empty } from 'nats';
import { toBytes } from '../json.ts';
import { CHUNK, CHUNKS } from '../workload.ts';
import type { Role } from './role.ts';

/** Bare NATS: answers with chunks of JSON and an empty message at the end. */
export const rawStream: Role = async ({ server, name }) => {
  const connection = await connect({ servers: server });
  connection.subscribe(name, {
    callback: (_error, { reply = '' }) => {
      for (let seq = 1; seq <= CHUNKS; seq++) {
        connection.publish(reply, toBytes({ type: 'response', seq, data: CHUNK }));
      }
      connection.publish(reply, Empty);
    },
  });
  await connection.flush();
  return {};
};
