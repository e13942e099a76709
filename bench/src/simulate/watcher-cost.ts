import { type BusMessage, InstanceTable, Registry, type RegistryBus } from '@baton/runtime/rules';
import { ALL_HEARTBEATS, decodeHeartbeat, heartbeatSubject, registrySubject } from '@baton/runtime/wire';
import { toBytes } from '../json.ts';
import { beatOf, infoOf } from '../many-agents.ts';
import { agentName } from '../workload.ts';
import { heapUsed } from './heap-used.ts';

const OWNER = 'default';
const EMPTY = new Uint8Array(0);
const INFO_PREFIX = '$SRV.INFO.agents.';
/** Sweeps that are timed together. */
const SWEEPS = 5;

export interface WatcherCost {
  /** Instances in the table while it was measured. */
  readonly instances: number;
  /** From a message in hand until the view is right, microseconds of CPU. */
  readonly usPerBeat: number;
  /** One look for the silent, for each instance in the table, microseconds of CPU. */
  readonly usPerSwept: number;
  /** Memory of one instance in the table, its card counted. */
  readonly bytesPerInstance: number;
  /** What an instance answers when a newcomer asks everybody who they are. */
  readonly infoBytes: number;
  /** What a newcomer is told of each agent by a member that stays. */
  readonly noteBytesPerAgent: number;
}

/**
 * Feeds beats to the registry that every member of a mesh has. What the connection costs is not in it: reading a socket and
 * cutting messages out of what comes.
 */
export async function measureWatcher(instances: number, intervalMs: number): Promise<WatcherCost> {
  const wire = new QuietBus();
  const registry = new Registry({ bus: wire, owner: OWNER });
  registry.start();
  registry.answerPeers();
  await registry.synced();
  const beats = Array.from({ length: instances }, (_, index): BusMessage => {
    const subject = heartbeatSubject({ owner: OWNER, agent: agentName(index) });
    return { subject, data: beatOf(OWNER, index, intervalMs) };
  });
  const before = heapUsed();
  for (const beat of beats) wire.deliver(ALL_HEARTBEATS, beat);
  // Their cards come a turn of the event loop later.
  await new Promise(setImmediate);
  const bytesPerInstance = (heapUsed() - before) / instances;
  const usPerBeat = usFor(() => {
    for (const beat of beats) wire.deliver(ALL_HEARTBEATS, beat);
  }, instances);
  wire.deliver(registrySubject(OWNER), { subject: registrySubject(OWNER), data: EMPTY, reply: 'newcomer' });
  registry.close();
  return {
    instances,
    usPerBeat,
    usPerSwept: usPerSwept(beats),
    bytesPerInstance,
    infoBytes: toBytes(infoOf(`${OWNER}-${agentName(instances - 1)}`, OWNER)).length,
    noteBytesPerAgent: wire.lastPublished / instances,
  };
}

function usPerSwept(beats: readonly BusMessage[]): number {
  const table = new InstanceTable(() => 0);
  for (const [index, { data }] of beats.entries()) {
    const beat = decodeHeartbeat(data);
    if (beat) table.beat({ kind: 'baton', owner: OWNER, agent: agentName(index) }, beat);
  }
  return usFor(() => {
    for (let sweep = 0; sweep < SWEEPS; sweep++) table.expire();
  }, beats.length * SWEEPS);
}

/** CPU of this process, not the time that others have taken, microseconds. */
function usFor(work: () => void, times: number): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / times;
}

/** A bus with nobody else on it but agents that say who they are when asked. */
class QuietBus implements RegistryBus {
  readonly #handlers = new Map<string, (message: BusMessage) => void>();
  /** Bytes of what was published last. */
  lastPublished = 0;

  deliver(to: string, message: BusMessage): void {
    this.#handlers.get(to)?.(message);
  }

  subscribe(subject: string, onMessage: (message: BusMessage) => void) {
    this.#handlers.set(subject, onMessage);
    return { close: () => void this.#handlers.delete(subject) };
  }

  publish(_subject: string, data: Uint8Array): void {
    this.lastPublished = data.length;
  }

  request(subject: string): Promise<BusMessage> {
    if (!subject.startsWith(INFO_PREFIX)) return Promise.reject(new Error('nobody is there'));
    const id = subject.slice(INFO_PREFIX.length);
    return Promise.resolve({ subject, data: toBytes(infoOf(id, OWNER)) });
  }

  gather(): Promise<void> {
    return Promise.resolve();
  }

  flush(): Promise<void> {
    return Promise.resolve();
  }

  onReconnect() {
    return { close: () => {} };
  }
}
