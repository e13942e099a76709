import { BEAT_JITTER } from '@baton/runtime/rules';
import { heartbeatSubject } from '@baton/runtime/wire';
import { beatOf } from '../many-agents.ts';
import { agentName } from '../workload.ts';

/** Beats a second of so many instances: each comes up to the jitter early, on average half of it. */
export function beatsPerS(instances: number, intervalMs: number): number {
  return (instances * 1000) / (intervalMs * (1 - BEAT_JITTER / 2));
}

/** Bytes of one beat on a watcher's connection, the protocol's own line counted; of an agent with so long a number. */
export function bytesPerBeat(agents: number, intervalMs: number): number {
  const owner = 'default';
  const data = beatOf(owner, agents - 1, intervalMs).length;
  const subject = heartbeatSubject({ owner, agent: agentName(agents - 1) });
  return `MSG ${subject} 1 ${data}\r\n\r\n`.length + data;
}
