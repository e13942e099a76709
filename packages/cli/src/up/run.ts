import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BatonError, parseLogLevel, resolveServer } from '@baton/runtime';
import { displayName } from '../host/display-name.ts';
import { isPath, resolveModules } from '../mesh-file/resolve-module.ts';
import { MAX_REPLICAS } from '../supervisor/agent-spec.ts';
import { checkAgent } from '../supervisor/check-agent.ts';
import { runMesh } from './run-mesh.ts';

/** The options of `baton run`, as commander gives them. */
export interface RunFlags {
  readonly replicas: string;
  readonly server?: string;
  readonly logLevel: string;
  readonly prefix: boolean;
}

/**
 * The work of `baton run`: one agent, no mesh file. It joins the broker there is, else it starts the folder's own, once the
 * agent is known to load.
 * @throws {BatonError} INVALID_ARGUMENT for what is wrong with the module or the flags; see `runMesh`.
 */
export async function run(specifier: string, flags: RunFlags): Promise<void> {
  const folder = process.cwd();
  const replicas = readReplicas(flags.replicas);
  const logLevel = parseLogLevel(flags.logLevel);
  const module = await findModule(specifier, folder);
  const server = await existingServer(flags.server);
  const agent = { name: undefined, module, replicas, env: {}, origin: displayName(module) };
  // With a broker there, the first replica tells as soon; without, none is started for an agent that cannot be.
  if (server === undefined) await checkAgent(agent, { owner: 'default', heartbeatMs: undefined, logLevel });
  const plan = { file: specifier, owner: 'default', heartbeatMs: undefined, agents: [agent], questions: [] };
  await runMesh({
    plan,
    folder,
    server,
    hintServer: flags.server?.trim() || undefined,
    // Beside a mesh that is up here this one is a guest.
    claims: server === undefined,
    logLevel,
    prefix: flags.prefix,
    tries: false,
    once: false,
  });
  process.exit(0);
}

function readReplicas(text: string): number {
  const replicas = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (replicas >= 1 && replicas <= MAX_REPLICAS) return replicas;
  throw new BatonError(
    'INVALID_ARGUMENT',
    `--replicas ${JSON.stringify(text)} must be a whole number from 1 to ${MAX_REPLICAS}`,
  );
}

/** A file is meant where there is one of that name: `baton run billing.ts` needs no "./". */
async function findModule(specifier: string, folder: string): Promise<string> {
  const isThere = await stat(resolve(folder, specifier)).then(
    () => true,
    () => false,
  );
  const isFile = isThere || /\.[cm]?[jt]sx?$/.test(specifier);
  const [found] = await resolveModules([isFile && !isPath(specifier) ? `./${specifier}` : specifier], folder);
  if (found && 'url' in found) return found.url;
  throw new BatonError('INVALID_ARGUMENT', `${JSON.stringify(specifier)} ${found?.problem}`);
}

/** The broker the user named, or that runs here; undefined when there is none yet. */
async function existingServer(server: string | undefined): Promise<string | undefined> {
  try {
    return (await resolveServer({ server })).url;
  } catch (error) {
    if (error instanceof BatonError && error.code === 'UNAVAILABLE') return undefined;
    throw error;
  }
}
