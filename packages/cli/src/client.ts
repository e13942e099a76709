import { join, type Mesh } from '@baton/runtime';
import { orInterrupted } from './terminal/interrupt.ts';

export interface ClientOptions {
  /** The broker's URL, as `--server` named it. */
  readonly server: string | undefined;
  /** Whose mesh, as `--owner` named it. Default `default`. */
  readonly owner?: string | undefined;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
}

/** A broker that has gone away cannot be said goodbye to; a command does not wait for it longer than this. */
const GOODBYE_MS = 500;

/**
 * Joins the mesh for the length of one command.
 * @throws {BatonError} UNAVAILABLE within 3 s when there is no broker, CANCELLED on Ctrl-C, and what `work` throws.
 */
export async function withMesh<T>(options: ClientOptions, work: (mesh: Mesh) => Promise<T>): Promise<T> {
  const { server, owner, signal } = options;
  const joining = join({ ...(server !== undefined && { server }), ...(owner !== undefined && { owner }) });
  const mesh = await orInterrupted(joining, signal);
  try {
    return await work(mesh);
  } finally {
    await leave(mesh);
  }
}

async function leave(mesh: Mesh): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, GOODBYE_MS);
  });
  await Promise.race([mesh.close(), patience]);
  clearTimeout(timer);
}
