import type { Mesh } from '@baton/runtime';
import { withMesh } from '../client.ts';
import { failAsJson } from '../fail-as-json.ts';
import { catchInterrupt, orInterrupted } from '../terminal/interrupt.ts';
import { endWhenReaderLeaves, writeOut } from '../terminal/output.ts';
import { followChanges } from './changes.ts';
import { listLines } from './list.ts';
import { toRows } from './row.ts';
import { watchInstances } from './watch.ts';

/** The options of `baton ps`, as they were typed. */
export interface PsFlags {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly server?: string;
}

/** How long an instance that has just joined may take to tell its pid and version. */
const DETAILS_MS = 500;

/** The work of `baton ps`. Ends the process: a connection's timers would keep it up for another second. */
export async function ps({ json = false, watch = false, server }: PsFlags): Promise<never> {
  endWhenReaderLeaves();
  using interrupt = catchInterrupt();
  const { signal } = interrupt;
  const list = async (mesh: Mesh) => {
    await orInterrupted(mesh.synced(), signal);
    await detailsOf(mesh, signal);
    if (watch) await watchInstances(mesh, { json, signal });
    else await printInstances(mesh, json);
  };
  await failAsJson(json, () => withMesh({ server, signal }, list));
  process.exit(0);
}

async function printInstances(mesh: Mesh, json: boolean): Promise<void> {
  const rows = toRows(mesh.instances(), Date.now());
  if (json) return await writeOut(`${JSON.stringify(rows, null, 2)}\n`);
  if (rows.length > 0) return await writeOut(`${listLines(rows).join('\n')}\n`);
  process.stderr.write('no agents are live\n');
}

/** An instance first seen by its heartbeat is asked for the rest; the answer is a moment away. */
async function detailsOf(mesh: Mesh, signal: AbortSignal): Promise<void> {
  using changes = followChanges(mesh, signal);
  const latest = Date.now() + DETAILS_MS;
  while (!signal.aborted && mesh.instances().some(({ details }) => !details) && Date.now() < latest) {
    await changes.next(latest - Date.now());
  }
}
