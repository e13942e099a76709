import type { Backlog, InstanceView } from '@baton/runtime';
import type { Load } from './wanted.ts';

/** The processes one supervisor runs of an agent. */
export interface Crew {
  readonly replicas: number;
  /** Those that are up, by their id on the mesh. */
  readonly instances: readonly string[];
}

/**
 * The load one supervisor has to bear: what its own instances are busy with, and a share of what waits, as large as its
 * share of the instances that take work. So several supervisors of one agent bear it together, each scaling its own.
 */
export function loadOf(views: readonly InstanceView[], backlog: Backlog, crew: Crew): Load {
  const taking = views.filter(takesWork);
  const own = taking.filter(({ instance }) => crew.instances.includes(instance));
  const capacities = own.flatMap(({ capacity }) => capacity ?? []);
  const share = taking.length === 0 ? 1 : own.length / taking.length;
  return {
    replicas: crew.replicas,
    busy: sum(own.map(({ inFlight }) => inFlight)),
    waiting: waitingOf(views, backlog) * share,
    capacity: capacities.length === 0 ? undefined : sum(capacities) / capacities.length,
  };
}

/**
 * Durable work that no instance counts among what it is busy with: nobody has taken it, or it was given back and waits to
 * be tried again. What is being done stands in the queue and among the busy places; it is counted once.
 */
function waitingOf(views: readonly InstanceView[], { waiting, inHand }: Backlog): number {
  return waiting + Math.max(0, inHand - sum(views.map(({ inFlight }) => inFlight)));
}

export function takesWork({ state }: InstanceView): boolean {
  return state === 'ready' || state === 'busy';
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
