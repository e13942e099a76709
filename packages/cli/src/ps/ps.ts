import { BatonError, type Mesh } from '@baton/runtime';
import { withMesh } from '../client.ts';
import { failAsJson } from '../fail-as-json.ts';
import { catchInterrupt, orInterrupted } from '../terminal/interrupt.ts';
import { endWhenReaderLeaves, writeOut } from '../terminal/output.ts';
import { followChanges } from './changes.ts';
import { listLines } from './list.ts';
import { loadLines, loadRows } from './load.ts';
import { toRows } from './row.ts';
import { watchInstances } from './watch.ts';

/** The options of `baton ps`, as they were typed. */
export interface PsFlags {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly load?: boolean;
  readonly server?: string;
}

/** How long an instance that has just joined may take to tell its pid and version. */
const DETAILS_MS = 500;

/** The work of `baton ps`. Ends the process: a connection's timers would keep it up for another second. */
export async function ps({ json = false, watch = false, load = false, server }: PsFlags): Promise<never> {
  endWhenReaderLeaves();
  using interrupt = catchInterrupt();
  const { signal } = interrupt;
  const list = async (mesh: Mesh) => {
    await orInterrupted(mesh.synced(), signal);
    await detailsOf(mesh, signal);
    if (watch) await watchInstances(mesh, { json, signal });
    else if (load) await printLoad(mesh, json);
    else await printInstances(mesh, json);
  };
  await failAsJson(json, async () => {
    if (load && watch) throw new BatonError('INVALID_ARGUMENT', '--load does not go with --watch');
    await withMesh({ server, signal }, list);
  });
  process.exit(0);
}

function printInstances(mesh: Mesh, json: boolean): Promise<void> {
  return printRows(toRows(mesh.instances(), Date.now()), json ? undefined : listLines);
}

async function printLoad(mesh: Mesh, json: boolean): Promise<void> {
  await printRows(await loadRows(mesh), json ? undefined : loadLines);
}

/** As a table, or as JSON when no `lines` of one are given. */
async function printRows<Row>(
  rows: readonly Row[],
  lines: ((rows: readonly Row[]) => string[]) | undefined,
): Promise<void> {
  if (!lines) return await writeOut(`${JSON.stringify(rows, null, 2)}\n`);
  if (rows.length > 0) return await writeOut(`${lines(rows).join('\n')}\n`);
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
