import type { HandoffPort, Peer, Store, StoreOptions } from '../agent/port.ts';
import { pingAgent } from '../registry/ping.ts';
import type { AgentView, Presence, Registry } from '../registry/registry.ts';
import { HandoffError } from '../wire/error.ts';
import { parseAddress } from '../wire/name.ts';
import { extrasOf, type HandoffResult, type RunResult } from '../wire/result.ts';
import { AGENT_KIND } from '../wire/subject.ts';
import { durableStep } from './durable/durable-step.ts';
import { exchange } from './exchange.ts';
import { checkOrder, checkTarget } from './guard.ts';
import type { Sender } from './sender.ts';

/** The agent's way to the mesh: the other side of the port it is handed. */
export function makePort(sender: Sender): HandoffPort {
  const { bus, registry, home } = sender;
  return {
    owner: home,
    check: (order) => {
      const address = checkOrder(order, home);
      // What the registry has not heard of meanwhile says nothing about the target.
      if (bus.isAway)
        throw new HandoffError(bus.awayError.message, { code: 'UNAVAILABLE', target: order.target });
      checkTarget(order, address, { registry, home });
    },
    carryOut: async (order, emit) => {
      const address = checkOrder(order, home);
      const send = order.scope.journal ? durableStep : exchange;
      return asHandoffResult(await send(sender, { order, address }, emit));
    },
    isAvailable: (target) => takesWork(registry.find(parseAddress(target, home))),
    takesTransfers: ({ target, scope }) => {
      const presence = registry.find(parseAddress(target, home));
      if (presence.status !== 'live') return presence.status === 'gone' && scope.journal !== undefined;
      return presence.instances.every(({ kind }) => kind === AGENT_KIND);
    },
    ping: async (target) => await pingAgent(bus, registry, parseAddress(target, home)),
    store: (options) => ownStore(sender, options),
    log: ({ name }) => bus.log({ owner: home, name }),
    peers: peerView(registry),
  };
}

function takesWork(presence: Presence): boolean {
  return presence.status === 'live' && presence.instances.some(({ state }) => state !== 'draining');
}

/** A store that members of one owner share, and those of others do not. */
export function ownStore({ bus, home }: Pick<Sender, 'bus' | 'home'>, options: StoreOptions): Promise<Store> {
  return bus.store({ ...options, name: `${home}_${options.name}` });
}

/** Reads the registry anew each time; hands out a new array only when something is new in it. */
function peerView(registry: Registry): () => readonly Peer[] {
  let last: readonly Peer[] = [];
  return () => {
    const now = registry.agents().flatMap(toPeer);
    const isSame = now.length === last.length && now.every((peer, index) => isSamePeer(peer, last[index]));
    if (!isSame) last = now;
    return last;
  };
}

function toPeer({ agent, owner, card, instances }: AgentView): Peer[] {
  const working = instances.filter(({ state }) => state !== 'draining');
  if (working.length === 0) return [];
  const description = card?.description ?? instances[0]?.details?.description ?? '';
  return [{ name: agent, owner, description, instances: working.length, card }];
}

function isSamePeer(a: Peer, b: Peer | undefined): boolean {
  return (
    a.name === b?.name &&
    a.owner === b.owner &&
    a.description === b.description &&
    a.instances === b.instances &&
    a.card === b.card
  );
}

function asHandoffResult(result: RunResult): HandoffResult {
  const { success, response, insights, fallback, agent, id, durationMs, handoffs, error, spent } = result;
  const { transferred } = result;
  return {
    success,
    // Half an answer is none: authors write `result.response ?? 'a default'`.
    response: success ? response : null,
    insights,
    fallback,
    agent,
    handoffId: id,
    durationMs,
    handoffs,
    ...extrasOf(result),
    ...(error && { error }),
    ...(transferred && { transferred }),
    ...(spent && { spent }),
  };
}
