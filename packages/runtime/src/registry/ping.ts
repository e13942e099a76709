import type { Bus } from '../bus/bus.ts';
import { ServiceIdentity } from '../wire/card.ts';
import { decodeHeartbeat } from '../wire/heartbeat.ts';
import { decodeJson } from '../wire/json.ts';
import type { Address } from '../wire/name.ts';
import { pingSubject, statusSubject } from '../wire/subject.ts';
import type { Registry } from './registry.ts';

/** Any free instance answers within milliseconds; one that is frozen may have been handed the question. */
const ANY_MS = 250;
/** How long the instances that are known have then to answer by themselves, milliseconds. */
const EACH_MS = 750;
/** Of many replicas the ones heard of last are asked. */
const MAX_ASKED = 8;
const EMPTY = new Uint8Array(0);

/**
 * Whether an instance of an agent that takes work answers now, whatever the registry has last heard: within a second,
 * at once when nobody is there. Never rejects.
 */
export async function pingAgent(bus: Bus, registry: Registry, address: Address): Promise<boolean> {
  if (await answersStatus(bus, address)) return true;
  const presence = registry.find(address);
  if (presence.status !== 'live') return false;
  const asked = presence.instances
    .filter(({ state }) => state !== 'draining')
    .sort((a, b) => b.lastSeen - a.lastSeen)
    .slice(0, MAX_ASKED)
    .map(({ instance }) => answersPing(bus, instance));
  return await Promise.any(asked).catch(() => false);
}

async function answersStatus(bus: Bus, address: Address): Promise<boolean> {
  const answer = await bus.request(statusSubject(address), EMPTY, ANY_MS).catch(() => undefined);
  const state = answer && (decodeHeartbeat(answer.data)?.state ?? 'unknown');
  return state === 'ready' || state === 'busy';
}

/** Resolves when this instance answers; rejects when it does not, within 750 ms. */
export async function answersPing(bus: Bus, instance: string): Promise<true> {
  const { data } = await bus.request(pingSubject(instance), EMPTY, EACH_MS);
  const identity = ServiceIdentity.parse(decodeJson(data));
  if (identity.id !== instance) throw new Error(`"${identity.id}" answered for "${instance}"`);
  return true;
}
