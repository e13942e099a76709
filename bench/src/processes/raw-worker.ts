import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Msg } from 'nats';
import { fromBytes, toBytes } from '../json.ts';
import { JOB_MS, QUEUE, SLOTS } from '../workload.ts';
import type { Role } from './role.ts';

/** Bare NATS: one of a queue group, with so many slots; what comes when they are taken waits in line here. */
export const rawWorker: Role = async ({ server, name }) => {
  const connection = await connect({ servers: server });
  const line: Msg[] = [];
  let free = SLOTS;
  const work = async (message: Msg) => {
    free -= 1;
    for (let next: Msg | undefined = message; next; next = line.shift()) {
      await sleep(JOB_MS);
      next.respond(toBytes(fromBytes(next.data)));
    }
    free += 1;
  };
  connection.subscribe(name, {
    queue: QUEUE,
    callback: (_error, message) => {
      if (free > 0) void work(message);
      else line.push(message);
    },
  });
  await connection.flush();
  return {};
};
