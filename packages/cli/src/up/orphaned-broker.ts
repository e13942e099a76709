import { join } from 'node:path';
import { findBrokerFile, removeBrokerFile } from '@baton/runtime';
import { isRunningAs, untilGone } from './process-table.ts';

const STOP_TIMEOUT_MS = 5_000;

/** Where the embedded broker of a folder keeps its data. */
export function brokerStore(folder: string): string {
  return join(folder, '.baton', 'nats');
}

/**
 * Stops the embedded broker of a folder whose supervisor is gone: it outlives one that was killed. Only to be called when no
 * supervisor lives there. Returns its process id; undefined when there was none.
 */
export async function stopOrphanedBroker(folder: string): Promise<number | undefined> {
  const found = await findBrokerFile(folder);
  const here = found?.folder === folder ? found.pid : undefined;
  // The store in its command line tells it from whoever has that process id today, and from a broker somebody else runs.
  const isOurs =
    here !== undefined && (await isRunningAs(here, (line) => line.includes(brokerStore(folder))));
  if (here !== undefined && !isOurs) return undefined;
  if (here !== undefined) await end(here);
  await removeBrokerFile(folder);
  return here;
}

async function end(pid: number): Promise<void> {
  process.kill(pid, 'SIGINT');
  if (await untilGone(pid, STOP_TIMEOUT_MS)) return;
  process.kill(pid, 'SIGKILL');
  await untilGone(pid, STOP_TIMEOUT_MS);
}
