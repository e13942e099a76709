import type { HandoffOrder } from '../agent/port.ts';
import type { Presence, Registry } from '../registry/registry.ts';
import type { Caller, Envelope } from '../wire/envelope.ts';
import { BatonError, type ErrorCode, HandoffError } from '../wire/error.ts';
import { type Address, formatAddress, type Owner, parseAddress } from '../wire/name.ts';
import { isAllowed, type Scope } from '../wire/scope.ts';

/**
 * How far the clocks of two machines may differ before work is refused as expired, milliseconds. Time left is
 * counted from arrival; the absolute deadline only catches what lay in a queue for longer than this.
 */
export const CLOCK_SKEW_MS = 30_000;

/**
 * What a source checks before anything is published.
 * @throws {HandoffError} INVALID_ARGUMENT (name), LOOP (itself, on the path, hops), DEADLINE_EXCEEDED.
 */
export function checkOrder(order: HandoffOrder, home: Owner): Address {
  const { scope, target } = order;
  const address = readTarget(target, home);
  const full = `${address.owner}/${address.agent}`;
  const refuse = (code: ErrorCode, message: string) => new HandoffError(message, { code, target });
  if (scope.path.at(-1) === full) throw refuse('LOOP', `"${target}" may not hand off to itself`);
  if (scope.path.includes(full)) {
    const path = [...scope.path, full].join(' -> ');
    throw refuse('LOOP', `a handoff to "${target}" would close a loop: ${path}`);
  }
  if (scope.hops >= scope.maxHops) {
    throw refuse(
      'LOOP',
      `a handoff to "${target}" would be hop ${scope.hops + 1}; at most ${scope.maxHops} are allowed`,
    );
  }
  if (scope.expiresAt <= Date.now()) {
    throw refuse('DEADLINE_EXCEEDED', `no time is left for a handoff to "${target}"`);
  }
  return address;
}

/**
 * What a source asks the registry before anything is published.
 * @throws {HandoffError} NOT_FOUND or UNAVAILABLE when it sees no live instance, PERMISSION_DENIED when the agent's card
 * says that it does not answer this caller.
 */
export function checkTarget(
  { scope, target }: HandoffOrder,
  address: Address,
  { registry, home }: { readonly registry: Registry; readonly home: Owner },
): void {
  const presence = registry.find(address);
  if (presence.status !== 'live') {
    // A step of a durable run waits in the queue for an agent that is away.
    if (scope.journal) return;
    throw unreachable(address, presence, { live: registryNames(registry, home), home });
  }
  const required = presence.instances.at(-1)?.details?.card?.scope;
  if (!isAllowed(required, scope.caller)) throw refused(target, required);
}

/** Who sends no envelope names nobody. */
const ANYONE: Caller = { scopes: [] };

/** For whom a prompt is answered. Here claims become a caller: whatever is to prove them belongs here, and nowhere else. */
export function callerOf(envelope: Envelope | undefined): Caller {
  return envelope?.caller ?? ANYONE;
}

/**
 * What an agent checks before it answers anyone.
 * @throws {HandoffError} PERMISSION_DENIED when the caller does not hold the agent's scope.
 */
export function checkCaller(
  caller: Caller,
  { name, scope }: { name: string; scope: Scope | undefined },
): void {
  if (!isAllowed(scope, caller)) throw refused(name, scope);
}

/**
 * What a target checks itself, whatever its source has checked.
 * @throws {BatonError} INVALID_ARGUMENT (meant for another), LOOP, DEADLINE_EXCEEDED.
 */
export function checkEnvelope(envelope: Envelope, self: Address): void {
  const full = `${self.owner}/${self.agent}`;
  if (envelope.target !== full) {
    throw new BatonError('INVALID_ARGUMENT', `this envelope is for "${envelope.target}", not for "${full}"`);
  }
  if (envelope.path.includes(full)) {
    throw new BatonError('LOOP', `"${full}" has been on this path already: ${envelope.path.join(' -> ')}`);
  }
  if (envelope.hops > envelope.maxHops) {
    throw new BatonError('LOOP', `hop ${envelope.hops} of at most ${envelope.maxHops}`);
  }
  if (envelope.remainingMs <= 0 || envelope.deadline + CLOCK_SKEW_MS < Date.now()) {
    throw new BatonError('DEADLINE_EXCEEDED', 'the deadline had passed when the request arrived');
  }
}

/** Why an agent cannot be reached, as far as the registry knows. */
export function unreachable(
  address: Address,
  presence: Presence,
  { live, home }: { readonly live: readonly string[]; readonly home: Owner },
): HandoffError {
  const target = formatAddress(address, home);
  if (presence.status === 'live') {
    return new HandoffError(`"${target}" is announced but took no request; it may be restarting`, {
      code: 'UNAVAILABLE',
      target,
    });
  }
  if (presence.status === 'gone') {
    const seconds = Math.max(1, Math.round(presence.agoMs / 1000));
    return new HandoffError(`"${target}" is known but has no live instance (gone for ${seconds} s)`, {
      code: 'UNAVAILABLE',
      target,
    });
  }
  const guess = presence.similar.length > 0 ? `; did you mean ${presence.similar.join(' or ')}?` : '.';
  const others = live.length > 0 ? ` Live agents: ${live.join(', ')}.` : ' No agents are live.';
  return new HandoffError(`there is no agent "${target}"${guess}${others}`, { code: 'NOT_FOUND', target });
}

/** Addresses of the live agents, as someone at `home` writes them. */
export function registryNames(registry: Registry, home: Owner): string[] {
  return registry.agents().map((agent) => formatAddress(agent, home));
}

function refused(target: string, scope: Scope | undefined): HandoffError {
  return new HandoffError(`"${target}" answers callers with the scope "${scope}" only`, {
    code: 'PERMISSION_DENIED',
    target,
  });
}

function readTarget(target: string, home: Owner): Address {
  try {
    return parseAddress(target, home);
  } catch (cause) {
    throw new HandoffError((cause as Error).message, { code: 'INVALID_ARGUMENT', target, cause });
  }
}
