import { dirname } from 'node:path';
import { BatonError } from '@baton/runtime';
import { failAsJson } from '../fail-as-json.ts';
import { writeOut } from '../terminal/output.ts';
import { Screen } from '../terminal/screen.ts';
import { findSupervisor, releaseFolder } from './claim.ts';
import { stopOrphanedBroker } from './orphaned-broker.ts';
import { untilGone } from './process-table.ts';

/** The options of `baton down`, as commander gives them. */
export interface DownFlags {
  readonly json?: boolean;
}

/** What was stopped. */
interface Stopped {
  readonly pid: number;
  readonly what: string;
}

/** Agents have 30 s to finish, the broker 5 s. */
const STOP_TIMEOUT_MS = 35_000;

/**
 * The work of `baton down`: stops the mesh of this folder, or of the nearest one above that has one. None is no error.
 * @throws {BatonError} DEADLINE_EXCEEDED when it is still there after 35 s.
 */
export async function down({ json }: DownFlags): Promise<void> {
  const screen = new Screen();
  const started = performance.now();
  const stopped = await failAsJson(json, () => stopNearest(process.cwd(), screen));
  screen.transient('');
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (json)
    await writeOut(
      `${JSON.stringify({ stopped: stopped !== undefined, ...(stopped && { pid: stopped.pid }) })}\n`,
    );
  else
    await writeOut(
      stopped ? `stopped ${stopped.what} (pid ${stopped.pid}), ${seconds} s\n` : 'no mesh is up here\n',
    );
}

async function stopNearest(from: string, screen: Screen): Promise<Stopped | undefined> {
  for (let folder = from; ; folder = dirname(folder)) {
    const stopped = await stopIn(folder, screen);
    if (stopped || dirname(folder) === folder) return stopped;
  }
}

async function stopIn(folder: string, screen: Screen): Promise<Stopped | undefined> {
  const supervisor = await findSupervisor(folder);
  if (supervisor) await stopSupervisor(supervisor.pid, screen);
  const broker = await stopOrphanedBroker(folder);
  await releaseFolder(folder);
  if (supervisor) return { pid: supervisor.pid, what: 'the mesh' };
  return broker === undefined
    ? undefined
    : { pid: broker, what: 'a broker left behind by a mesh that was killed' };
}

async function stopSupervisor(pid: number, screen: Screen): Promise<void> {
  screen.transient(`… stopping the mesh (pid ${pid}): agents finish what they have begun`);
  process.kill(pid, 'SIGTERM');
  if (await untilGone(pid, STOP_TIMEOUT_MS)) return;
  throw new BatonError(
    'DEADLINE_EXCEEDED',
    `the mesh (pid ${pid}) is still there after ${STOP_TIMEOUT_MS / 1000} s; "npx baton down" again ends it at once`,
  );
}
