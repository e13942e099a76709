import type { InstanceView } from '@baton/runtime';

/** What `baton ps --json` tells of one instance; the names are part of the command's contract. */
export interface InstanceRow {
  readonly agent: string;
  readonly instance: string;
  readonly owner: string;
  readonly pid: number | null;
  readonly host: string | null;
  readonly state: InstanceView['state'];
  readonly inFlight: number;
  readonly capacity: number | null;
  readonly version: string | null;
  /** Milliseconds since its last sign of life, by this observer's clock. */
  readonly lastBeatMs: number | null;
}

/** Instances by agent, then by id; what an instance has not told yet is null. */
export function toRows(instances: readonly InstanceView[], now: number): InstanceRow[] {
  return instances.map((view) => toRow(view, now)).sort(byAgentAndInstance);
}

function toRow(view: InstanceView, now: number): InstanceRow {
  const { agent, instance, owner, state, inFlight, capacity, details, lastSeen } = view;
  return {
    agent,
    instance,
    owner,
    pid: details?.pid ?? null,
    host: details?.host ?? null,
    state,
    inFlight,
    capacity: capacity ?? null,
    version: details?.version ?? null,
    lastBeatMs: Math.max(0, now - lastSeen),
  };
}

function byAgentAndInstance(a: InstanceRow, b: InstanceRow): number {
  if (a.agent !== b.agent) return a.agent < b.agent ? -1 : 1;
  return a.instance < b.instance ? -1 : 1;
}
