import type { Look } from './agent-scaler.ts';

/** `billing 1 -> 2 (wanted 8: busy 16, waiting 40, capacity 16)`: what a look found, and what follows from it. */
export function describeLook({ agent, replicas, next, busy, waiting, capacity, wanted }: Look): string {
  const load = `busy ${busy}, waiting ${Math.ceil(waiting)}, capacity ${capacity ?? 'unknown'}`;
  return `${agent} ${replicas} -> ${next} (wanted ${wanted}: ${load})`;
}

/** What `baton autoscale --json` tells of one look; the names are part of the command's contract. */
export function lookRow({ agent, replicas, next, busy, waiting, capacity, wanted }: Look) {
  return {
    agent,
    before: replicas,
    after: next,
    wanted,
    busy,
    waiting: Math.ceil(waiting),
    capacity: capacity ?? null,
  };
}
