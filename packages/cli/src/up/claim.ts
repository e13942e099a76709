import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BatonError } from '@baton/runtime';
import { z } from 'zod';
import { isRunningAs } from './process-table.ts';

/** What `.baton/mesh.json` holds while a mesh is up in a folder. */
export const MeshState = z.object({
  /** The supervisor's process. */
  pid: z.int().positive(),
  meshFile: z.string(),
  startedAt: z.string(),
});
export type MeshState = z.infer<typeof MeshState>;

const ATTEMPTS = 3;

/**
 * Takes a folder for the mesh of this process; of two that try at once, one does.
 * @throws {BatonError} FAILED_PRECONDITION when a mesh is up there.
 */
export async function claimFolder(folder: string, meshFile: string): Promise<void> {
  await mkdir(join(folder, '.baton'), { recursive: true });
  const state: MeshState = { pid: process.pid, meshFile, startedAt: new Date().toISOString() };
  const fresh = `${pathIn(folder)}.${randomUUID()}`;
  await writeFile(fresh, `${JSON.stringify(state)}\n`);
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (await linked(fresh, pathIn(folder))) return;
      await refuseSecondMesh(folder);
      await rm(pathIn(folder), { force: true });
    }
    throw new BatonError('FAILED_PRECONDITION', `${pathIn(folder)} is being taken by another "baton up"`);
  } finally {
    await rm(fresh, { force: true });
  }
}

/** The mesh that is up in exactly this folder, if its supervisor lives; a file left by one that was killed counts as none. */
export async function findSupervisor(folder: string): Promise<MeshState | undefined> {
  const state = await readState(folder);
  // In a container a restart gives out the same process ids: the file may name this very process.
  if (!state || state.pid === process.pid) return undefined;
  return (await isRunningAs(state.pid, isSupervisor)) ? state : undefined;
}

/** Gives the folder back; nothing happens when it was not taken. */
export async function releaseFolder(folder: string): Promise<void> {
  await rm(pathIn(folder), { force: true });
}

/** As `releaseFolder`, for a process that ends this very moment. */
export function releaseFolderNow(folder: string): void {
  rmSync(pathIn(folder), { force: true });
}

/** `node …/bin/baton.js up`, or what a link to it is called. */
function isSupervisor(commandLine: string): boolean {
  return /baton(?:\.js)?["']? (?:up|run)(?: |$)/.test(commandLine);
}

/** Creates the file in one step, unless it exists. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function readState(folder: string): Promise<MeshState | undefined> {
  try {
    return MeshState.safeParse(JSON.parse(await readFile(pathIn(folder), 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** @throws {BatonError} FAILED_PRECONDITION when a mesh is up in exactly this folder. */
export async function refuseSecondMesh(folder: string): Promise<void> {
  const other = await findSupervisor(folder);
  if (other) throw alreadyUp(other);
}

function alreadyUp({ pid, meshFile }: MeshState): BatonError {
  return new BatonError(
    'FAILED_PRECONDITION',
    `a mesh is already up here (pid ${pid}, ${meshFile}); "npx baton down" stops it, "npx baton scale <agent>=<n>" changes it`,
  );
}

function pathIn(folder: string): string {
  return join(folder, '.baton', 'mesh.json');
}
