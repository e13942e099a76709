import type { HandoffPort } from '../agent/port.ts';
import { parseAddress } from '../wire/name.ts';
import type { HandoffResult, RunResult } from '../wire/result.ts';
import { exchange, type Sender } from './exchange.ts';
import { checkAlive, checkOrder } from './guard.ts';

/** The agent's way to the mesh: the other side of the port it is handed. */
export function makePort(sender: Sender): HandoffPort {
  const { bus, registry, home } = sender;
  return {
    owner: home,
    check: (order) => checkAlive(checkOrder(order, home), registry, home),
    carryOut: async (order, emit) => {
      const address = checkOrder(order, home);
      return asHandoffResult(await exchange(sender, { order, address }, emit));
    },
    isAvailable: (target) => registry.find(parseAddress(target, home)).status === 'live',
    store: ({ name, ttlMs }) => bus.store({ name: `${home}_${name}`, ttlMs }),
    peers: () =>
      registry.agents().map(({ agent, owner, card, instances }) => ({
        name: agent,
        owner,
        description: card?.description ?? instances[0]?.details?.description ?? '',
        instances: instances.length,
      })),
  };
}

function asHandoffResult(result: RunResult): HandoffResult {
  const { success, response, insights, fallback, agent, id, durationMs, handoffs, error } = result;
  return {
    success,
    response,
    insights,
    fallback,
    agent,
    handoffId: id,
    durationMs,
    handoffs,
    ...(error && { error }),
  };
}
