import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import {
  type BaseAgent,
  type DurableOptions,
  findNatsServer,
  installHint,
  join,
  type LaunchedAgent,
  type Mesh,
  startNatsServer,
} from '@baton/runtime';
import { type RunningBaton, type StartBaton, startBaton } from './baton.ts';

/** A broker of its own with agents launched in this process, and the command line pointed at it. */
export interface TestMesh extends AsyncDisposable {
  readonly url: string;
  /** A folder for the test's own files, removed with the mesh. */
  readonly folder: string;
  /** The member that launched the agents; it sees who comes and goes. */
  readonly mesh: Mesh;
  launch(agent: BaseAgent): Promise<LaunchedAgent>;
  /** Starts the built `baton` with these arguments. */
  baton(args: readonly string[], options?: StartBaton): RunningBaton;
}

/** @throws {Error} with the install hint when there is no nats-server: a test that is skipped proves nothing. */
export async function startTestMesh(
  agents: readonly BaseAgent[] = [],
  {
    heartbeatMs = 500,
    durable = {},
  }: { readonly heartbeatMs?: number; readonly durable?: DurableOptions } = {},
): Promise<TestMesh> {
  const binary = await findNatsServer();
  if (!binary) throw new Error(installHint());
  const folder = await mkdtemp(joinPath(tmpdir(), 'baton-e2e-'));
  const broker = await startNatsServer({ binary, storeDir: joinPath(folder, 'jetstream') });
  const mesh = await join({ server: broker.url, name: 'test', heartbeatMs, stays: true, durable });
  for (const agent of agents) await mesh.launch(agent);
  await mesh.synced();
  return {
    url: broker.url,
    folder,
    mesh,
    launch: (agent) => mesh.launch(agent),
    baton: (args, options = {}) =>
      startBaton(args, { cwd: folder, env: { NATS_URL: broker.url }, ...options }),
    async [Symbol.asyncDispose]() {
      await mesh.close(0);
      await broker.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when the mesh, as this member sees it, is as wanted. */
export function whenMesh(mesh: Mesh, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (!isSo()) return;
      stop();
      resolve();
    };
    const stop = mesh.onChange(check);
    check();
  });
}
