import {
  AgentCard,
  encodeHeartbeat,
  heartbeatSubject,
  PROTOCOL_VERSION,
  promptSubject,
} from '@baton/runtime/wire';
import { connect, type NatsConnection } from 'nats';
import { toBytes } from '../json.ts';
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
  const agent = agentName(index);
  connection.publish(
    heartbeatSubject({ owner, agent }),
    encodeHeartbeat({
      agent: 'baton',
      owner,
      session: agent,
      instance_id: `${owner}-${agent}`,
      ts: new Date().toISOString(),
      interval_s: BEAT_MS / 1000,
      state: 'ready',
      in_flight: 0,
      capacity: 16,
      card: 'bench',
    }),
  );
}

function answerInfo(connection: NatsConnection, owner: string): void {
  connection.subscribe('$SRV.INFO.agents.*', {
    callback: (_error, message) => {
      const id = message.subject.slice('$SRV.INFO.agents.'.length);
      if (id.startsWith(`${owner}-`)) message.respond(toBytes(infoOf(id, owner)));
    },
  });
}

function infoOf(id: string, owner: string) {
  const agent = id.slice(owner.length + 1);
  const card = AgentCard.parse({ name: agent, owner, description: 'An agent like many.', version: '0.1.0' });
  return {
    type: 'io.nats.micro.v1.info_response',
    id,
    name: 'agents',
    version: '0.1.0',
    description: card.description,
    metadata: {
      agent: 'baton',
      owner,
      session: agent,
      protocol_version: PROTOCOL_VERSION,
      card: JSON.stringify(card),
      card_hash: 'bench',
    },
    endpoints: [{ name: 'prompt', subject: promptSubject({ owner, agent }) }],
  };
}
