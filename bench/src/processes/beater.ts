import { heartbeatSubject } from '@baton/runtime/wire';
import { connect, type NatsConnection } from 'nats';
import { toBytes } from '../json.ts';
import { beatOf, infoOf } from '../many-agents.ts';
import { agentName, BEAT_MS } from '../workload.ts';
import type { Role } from './role.ts';

const TICK_MS = 10;
/** How long the first beats of all may take together, milliseconds. */
const START_MS = 1000;

/** Beats for many agents of one instance each, evenly spread over the interval, and says who they are when asked. */
export const beater: Role = async ({ server, owner, count = 0 }) => {
  const connection = await connect({ servers: server });
  answerInfo(connection, owner);
  await connection.flush();
  const started = performance.now();
  let sent = 0;
  setInterval(() => {
    const elapsed = performance.now() - started;
    const first = Math.min(1, elapsed / START_MS);
    const later = Math.max(0, elapsed - START_MS) / BEAT_MS;
    for (const due = Math.floor(count * (first + later)); sent < due; sent++)
      beat(connection, owner, sent % count);
  }, TICK_MS);
  return { sent: () => sent };
};

function beat(connection: NatsConnection, owner: string, index: number): void {
  const subject = heartbeatSubject({ owner, agent: agentName(index) });
  connection.publish(subject, beatOf(owner, index, BEAT_MS));
}

function answerInfo(connection: NatsConnection, owner: string): void {
  connection.subscribe('$SRV.INFO.agents.*', {
    callback: (_error, message) => {
      const id = message.subject.slice('$SRV.INFO.agents.'.length);
      if (id.startsWith(`${owner}-`)) message.respond(toBytes(infoOf(id, owner)));
    },
  });
}
