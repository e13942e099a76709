import type { InstanceView } from '@baton/runtime';

/** An instance of the agent "slow" as an observer sees it, with two of its four places taken. */
export function view(instance: string, more: Partial<InstanceView> = {}): InstanceView {
  return {
    agent: 'slow',
    owner: 'default',
    kind: 'baton',
    instance,
    state: 'ready',
    inFlight: 2,
    capacity: 4,
    freeAt: undefined,
    lastSeen: Date.now(),
    intervalMs: 2000,
    cardHash: undefined,
    details: undefined,
    ...more,
  };
}
