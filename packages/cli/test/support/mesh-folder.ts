import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join as joinPath } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNatsServer, installHint, join, type Mesh } from '@baton/runtime';
import { type RunningBaton, type StartBaton, startBaton } from './baton.ts';

const RUNTIME = fileURLToPath(new URL('../../../runtime', import.meta.url));

/** Absolute path of an agent in `test/fixtures`. */
export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));

/** A folder of a user's, where `baton` is used. Whatever is up in it when it is disposed of is stopped. */
export interface MeshFolder extends AsyncDisposable {
  readonly path: string;
  write(name: string, text: string): Promise<void>;
  /** Starts the built `baton` here. */
  baton(args: readonly string[], options?: StartBaton): RunningBaton;
  /** Starts it and waits until the mesh is up. */
  up(args?: readonly string[], options?: StartBaton): Promise<RunningBaton>;
  /** What `.baton/broker.json` or `.baton/mesh.json` says; undefined when it is not there. */
  state(file: 'broker' | 'mesh'): Promise<{ pid: number; url?: string } | undefined>;
  /** Joins the mesh that is up here; left when the folder is disposed of. */
  join(): Promise<Mesh>;
}

/**
 * @throws {Error} with the install hint when there is no nats-server: a test that is skipped proves nothing.
 */
export async function meshFolder(files: Readonly<Record<string, string>> = {}): Promise<MeshFolder> {
  const binary = await findNatsServer();
  if (!binary) throw new Error(installHint());
  const path = await realpath(await mkdtemp(joinPath(tmpdir(), 'baton-up-')));
  const meshes: Mesh[] = [];
  const running: RunningBaton[] = [];
  const folder: MeshFolder = {
    path,
    async write(name, text) {
      await mkdir(dirname(joinPath(path, name)), { recursive: true });
      await writeFile(joinPath(path, name), text);
    },
    baton(args, { env, ...options } = {}) {
      const started = startBaton(args, {
        cwd: path,
        // A package manager's own search path would let a folder see packages it does not have.
        env: { BATON_NATS_SERVER: binary.path, NODE_PATH: '', ...env },
        ...options,
      });
      running.push(started);
      return started;
    },
    async up(args = ['up'], options) {
      const up = folder.baton(args, options);
      await up.shows(/^up /m);
      return up;
    },
    async state(file) {
      const text = await readFile(joinPath(path, '.baton', `${file}.json`), 'utf8').catch(() => undefined);
      return text === undefined ? undefined : JSON.parse(text);
    },
    async join() {
      const server = (await folder.state('broker'))?.url;
      const mesh = await join(server === undefined ? {} : { server });
      meshes.push(mesh);
      await mesh.synced();
      return mesh;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(meshes.map((mesh) => mesh.close(0)));
      for (const each of running) each.interrupt();
      await Promise.all(running.map(({ finished }) => finished));
      // What was detached, or left behind by a kill, is no child of this process.
      const isLeft = (await folder.state('mesh')) ?? (await folder.state('broker'));
      if (isLeft) await folder.baton(['down']).finished;
      await rm(path, { recursive: true, force: true });
    },
  };
  for (const [name, text] of Object.entries(files)) await folder.write(name, text);
  return folder;
}

/** Lets modules in a folder import `@baton/runtime`, as `npm install` would. */
export async function installRuntime(folder: MeshFolder): Promise<void> {
  const scope = joinPath(folder.path, 'node_modules', '@baton');
  await mkdir(scope, { recursive: true });
  await symlink(RUNTIME, joinPath(scope, 'runtime'));
}

/** A mesh file of fixtures: `{ echo: ['echo.ts', 2] }`. Beats come fast, so that deaths are seen soon. */
export function meshFile(
  agents: Readonly<Record<string, readonly [file: string, replicas?: number]>>,
): string {
  const entries = Object.entries(agents).map(
    ([name, [file, replicas = 1]]) =>
      `  ${name}:\n    module: ${JSON.stringify(fixture(file))}\n    replicas: ${replicas}\n`,
  );
  return `heartbeat: 300ms\nagents:\n${entries.join('')}`;
}
