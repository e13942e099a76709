import {
  AgentCard,
  encodeHeartbeat,
  type Heartbeat,
  PROTOCOL_VERSION,
  promptSubject,
} from '@baton/runtime/wire';
import { agentName } from './workload.ts';

/** The name of a broker server, as an agent's beats carry it. */
const FREE_AT = 'NDMOZA7XKQ4T';

/** What one of many agents beats, encoded; each is one instance. */
export function beatOf(owner: string, index: number, intervalMs: number): Uint8Array {
  return encodeHeartbeat({
    agent: 'baton',
    owner,
    session: agentName(index),
    instance_id: `${owner}-${agentName(index)}`,
    ts: new Date().toISOString(),
    interval_s: intervalMs / 1000,
    state: 'ready',
    in_flight: 0,
    capacity: 16,
    free_at: FREE_AT,
    card: 'bench',
  } satisfies Heartbeat);
}

/** What the instance of that id says of itself when asked. */
export function infoOf(id: string, owner: string) {
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
