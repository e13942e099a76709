import { ALL_HEARTBEATS } from '@baton/runtime/wire';
import { connect } from 'nats';
import { fromBytes } from '../json.ts';
import type { Role } from './role.ts';
import { timeLookups } from './time-lookups.ts';

/** Bare NATS: keeps the last beat of every agent in a map. */
export const rawWatcher: Role = async ({ server, owner, count = 0 }) => {
  const connection = await connect({ servers: server });
  const last = new Map<string, unknown>();
  connection.subscribe(ALL_HEARTBEATS, {
    callback: (_error, { subject, data }) => {
      const [, , , from, agent = ''] = subject.split('.');
      if (from === owner) last.set(agent, fromBytes(data));
    },
  });
  await connection.flush();
  return { known: () => last.size, lookUp: () => timeLookups(count, (name) => last.has(name)) };
};
