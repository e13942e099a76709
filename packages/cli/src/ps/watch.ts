import { setTimeout as sleep } from 'node:timers/promises';
import type { Mesh } from '@baton/runtime';
import { openFullScreen } from '../terminal/full-screen.ts';
import { writeOut } from '../terminal/output.ts';
import { type Changes, followChanges } from './changes.ts';
import { listLines } from './list.ts';
import { type InstanceRow, toRows } from './row.ts';

export interface WatchOptions {
  readonly json: boolean;
  /** Ctrl-C: the watch is over, and that is no error. */
  readonly signal: AbortSignal;
}

/** How often the ages on a screen are brought up to date. */
const REFRESH_MS = 1000;
/** A large mesh changes all the time; nobody reads faster than this. */
const SHORTEST_MS = 100;

/**
 * Shows the live instances until the signal is aborted: redrawn on a terminal, else printed again at each change.
 * With `json` an instance is there once its pid, host and version are known.
 */
export async function watchInstances(mesh: Mesh, { json, signal }: WatchOptions): Promise<void> {
  using changes = followChanges(mesh, signal);
  if (process.stdout.isTTY && !json) return await redraw(mesh, changes, signal);
  let shown: string | undefined;
  while (!signal.aborted) {
    const views = mesh.instances();
    // A reader by machine takes the first row of an instance for the whole of it.
    const rows = toRows(json ? views.filter(({ details }) => details) : views, Date.now());
    const state = stateOf(rows);
    if (state !== shown)
      await writeOut(json ? `${JSON.stringify(rows)}\n` : `${listLines(rows).join('\n')}\n\n`);
    shown = state;
    await changes.next();
  }
}

async function redraw(mesh: Mesh, changes: Changes, signal: AbortSignal): Promise<void> {
  using screen = openFullScreen();
  let shown: string | undefined;
  let due = 0;
  while (!signal.aborted) {
    const rows = toRows(mesh.instances(), Date.now());
    const state = stateOf(rows);
    if (state !== shown || Date.now() >= due) {
      screen.show(rows.length > 0 ? listLines(rows) : ['no agents are live']);
      shown = state;
      due = Date.now() + REFRESH_MS;
      await sleep(SHORTEST_MS, undefined, { signal }).catch(() => {});
    }
    await changes.next(Math.max(0, due - Date.now()));
  }
}

/** Every beat is a change to the registry; what makes a reader look up is anything but its age. */
function stateOf(rows: readonly InstanceRow[]): string {
  return JSON.stringify(rows.map((row) => ({ ...row, lastBeatMs: null })));
}
