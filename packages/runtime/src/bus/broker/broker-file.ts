import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BatonError } from '../../wire/error.ts';
import { foldersUp } from './folders-up.ts';
import { isProcessAlive } from './process-alive.ts';

/** The broker that runs for a folder, as `.baton/broker.json` holds it. */
export interface BrokerFile {
  readonly url: string;
  /** The process of the broker itself, so that the file is known to be stale once that process is gone. */
  readonly pid: number;
}

/** A broker that runs, and the folder whose `.baton/` says so. */
export interface FoundBroker extends BrokerFile {
  readonly folder: string;
}

/** Tells every command run in `folder` or below which broker to use. Replaces the file in one step: a reader never sees half of it. */
export async function writeBrokerFile(folder: string, broker: BrokerFile): Promise<void> {
  const path = pathIn(folder);
  await mkdir(join(folder, '.baton'), { recursive: true });
  const fresh = `${path}.${randomUUID()}`;
  try {
    await writeFile(fresh, `${JSON.stringify({ url: broker.url, pid: broker.pid })}\n`);
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

/** Removes the file; nothing happens when there is none. */
export async function removeBrokerFile(folder: string): Promise<void> {
  await rm(pathIn(folder), { force: true });
}

/**
 * The nearest broker in `from` or a folder above whose process still runs. A file left by one that was killed is passed over
 * and left in place.
 * @throws {BatonError} FAILED_PRECONDITION when a file on the way holds something else.
 */
export async function findBrokerFile(from: string): Promise<FoundBroker | undefined> {
  for (const folder of foldersUp(from)) {
    const broker = await readBrokerFile(folder);
    if (broker && isProcessAlive(broker.pid)) return { ...broker, folder };
  }
  return undefined;
}

async function readBrokerFile(folder: string): Promise<BrokerFile | undefined> {
  const path = pathIn(folder);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw malformed(path, `cannot be read (${code})`, error);
  }
  let held: unknown;
  try {
    held = JSON.parse(text);
  } catch (error) {
    throw malformed(path, 'holds no JSON', error);
  }
  const { url, pid } = (held ?? {}) as { url?: unknown; pid?: unknown };
  if (typeof url !== 'string' || url === '' || !Number.isSafeInteger(pid) || (pid as number) <= 0) {
    throw malformed(path, 'does not hold {"url", "pid"}');
  }
  return { url, pid: pid as number };
}

function malformed(path: string, problem: string, cause?: unknown): BatonError {
  return new BatonError(
    'FAILED_PRECONDITION',
    `${path} ${problem}. Delete it and start the broker again with 'npx baton up'.`,
    { cause },
  );
}

function pathIn(folder: string): string {
  return join(folder, '.baton', 'broker.json');
}
