import { paint } from '../terminal/paint.ts';
import { type Column, formatTable } from '../terminal/table.ts';
import type { InstanceRow } from './row.ts';

const STATE_STYLES = { ready: 'green', busy: 'yellow', draining: 'dim', stopped: 'dim' } as const;

const AGENT: Column<InstanceRow> = { title: 'AGENT', text: ({ agent }) => agent };
const OWNER: Column<InstanceRow> = { title: 'OWNER', text: ({ owner }) => owner };
const OTHERS: readonly Column<InstanceRow>[] = [
  { title: 'INSTANCE', text: ({ instance }) => instance },
  { title: 'PID', align: 'right', text: ({ pid }) => orDash(pid) },
  { title: 'HOST', text: ({ host }) => orDash(host) },
  {
    title: 'STATE',
    text: ({ state }) => state,
    paint: (text, { state }) => paint(STATE_STYLES[state], text, process.stdout),
  },
  { title: 'IN FLIGHT', align: 'right', text: ({ inFlight }) => String(inFlight) },
  { title: 'CAPACITY', align: 'right', text: ({ capacity }) => orDash(capacity) },
  { title: 'VERSION', text: ({ version }) => orDash(version) },
  { title: 'LAST BEAT', align: 'right', text: ({ lastBeatMs }) => age(lastBeatMs) },
];

/** The list as lines. The owner is shown where there is more than the default one. */
export function listLines(rows: readonly InstanceRow[]): string[] {
  const owners = rows.some(({ owner }) => owner !== 'default') ? [OWNER] : [];
  return formatTable([AGENT, ...owners, ...OTHERS], rows);
}

function orDash(value: string | number | null): string {
  return value === null ? '-' : String(value);
}

function age(ms: number | null): string {
  return ms === null ? '-' : `${(ms / 1000).toFixed(1)} s`;
}
