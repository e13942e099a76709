import type { AgentView, Backlog, Mesh } from '@baton/runtime';
import { sum, takesWork } from '../autoscale/load-of.ts';
import { type Column, formatTable } from '../terminal/table.ts';

/** What `baton ps --load --json` tells of one agent; the names are part of the command's contract. */
export interface LoadRow {
  readonly agent: string;
  readonly owner: string;
  /** Those that take work; one that drains does not. */
  readonly instances: number;
  readonly inFlight: number;
  /** How much they do at a time; null when none has said so. */
  readonly capacity: number | null;
  /** `inFlight` of `capacity`, 0 to 1. */
  readonly busyShare: number | null;
  /** Durable work that nobody has taken yet. */
  readonly waiting: number;
  /** Durable work that is not done, whether somebody has taken it or not. */
  readonly queueDepth: number;
}

const NONE: Backlog = { waiting: 0, inHand: 0 };

/** The load of every live agent. @throws {BatonError} UNAVAILABLE when the broker does not tell. */
export function loadRows(mesh: Pick<Mesh, 'agents' | 'backlog'>): Promise<LoadRow[]> {
  return Promise.all(
    mesh.agents().map(async (view) => {
      // Hosts of another make have no durable work.
      const isOurs = view.instances.some(({ kind }) => kind === 'baton');
      return toLoadRow(view, isOurs ? await mesh.backlog(`${view.owner}/${view.agent}`) : NONE);
    }),
  );
}

export function toLoadRow({ agent, owner, instances }: AgentView, { waiting, inHand }: Backlog): LoadRow {
  const taking = instances.filter(takesWork);
  const inFlight = sum(taking.map((each) => each.inFlight));
  const capacities = taking.flatMap((each) => each.capacity ?? []);
  const capacity = capacities.length === 0 ? null : sum(capacities);
  return {
    agent,
    owner,
    instances: taking.length,
    inFlight,
    capacity,
    busyShare: capacity === null ? null : Math.round((inFlight / capacity) * 1000) / 1000,
    waiting,
    queueDepth: waiting + inHand,
  };
}

const COLUMNS: readonly Column<LoadRow>[] = [
  { title: 'AGENT', text: ({ agent, owner }) => (owner === 'default' ? agent : `${owner}/${agent}`) },
  { title: 'INSTANCES', align: 'right', text: ({ instances }) => String(instances) },
  { title: 'IN FLIGHT', align: 'right', text: ({ inFlight }) => String(inFlight) },
  { title: 'CAPACITY', align: 'right', text: ({ capacity }) => orDash(capacity) },
  {
    title: 'BUSY',
    align: 'right',
    text: ({ busyShare }) => (busyShare === null ? '-' : `${Math.round(busyShare * 100)} %`),
  },
  { title: 'WAITING', align: 'right', text: ({ waiting }) => String(waiting) },
  { title: 'QUEUE DEPTH', align: 'right', text: ({ queueDepth }) => String(queueDepth) },
];

export const loadLines = (rows: readonly LoadRow[]): string[] => formatTable(COLUMNS, rows);

const orDash = (value: number | null) => (value === null ? '-' : String(value));
