import { connect } from 'nats';
import { fromBytes, toBytes } from '../json.ts';
import type { Role } from './role.ts';

/** Bare NATS: answers a JSON message with what it holds, or with what the next one answers. */
export const rawEcho: Role = async ({ server, name, next }) => {
  const connection = await connect({ servers: server });
  connection.subscribe(name, {
    callback: (_error, message) => {
      const body = fromBytes(message.data);
      if (next === undefined) return void message.respond(toBytes(body));
      void connection
        .request(next, toBytes(body), { timeout: 10_000 })
        .then((answer) => message.respond(toBytes(fromBytes(answer.data))));
    },
  });
  await connection.flush();
  return {};
};
