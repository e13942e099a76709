import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { BatonError } from '../../wire/error.ts';
import { foldersUp } from './folders-up.ts';
import { installHint } from './install-hint.ts';
import { isAtLeast, MIN_NATS_SERVER, parseVersion } from './version.ts';

/** A nats-server that has been run once to see its version. */
export interface NatsServerBinary {
  /** Absolute. */
  readonly path: string;
  readonly version: string;
  /** Named by `BATON_NATS_SERVER`, found on the PATH, or fetched by Baton into `.baton/`. */
  readonly source: 'env' | 'path' | 'baton';
}

export interface FindOptions {
  /** Defaults to the environment of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** The folder where the search for `.baton/` begins and that relative paths start from; defaults to the working folder. */
  readonly from?: string | undefined;
  /** Searched after the PATH; defaults to where packages put servers, though few people have those on their PATH. */
  readonly systemFolders?: readonly string[] | undefined;
}

type Probe = { readonly version: string } | { readonly problem: string };

const run = promisify(execFile);
/** A version takes milliseconds to print; what takes this long is something else. */
const PROBE_TIMEOUT_MS = 5_000;
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin'];

/**
 * The nats-server to use: `BATON_NATS_SERVER`, then a recent one on the PATH, then the one Baton fetched into `.baton/`
 * here or in a folder above. Undefined when there is none; one that is too old is passed over.
 * @throws {BatonError} FAILED_PRECONDITION when `BATON_NATS_SERVER` names something that does not serve.
 */
export async function findNatsServer(options: FindOptions = {}): Promise<NatsServerBinary | undefined> {
  const env = options.env ?? process.env;
  const from = options.from ?? process.cwd();
  if (env.BATON_NATS_SERVER) return fromEnvironment(env, resolve(from, env.BATON_NATS_SERVER));

  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of new Set([...folders, ...(options.systemFolders ?? SYSTEM_FOLDERS)])) {
    const found = await usable(resolve(from, folder, 'nats-server'), 'path');
    if (found) return found;
  }
  for (const folder of foldersUp(from)) {
    const found = await usable(join(folder, '.baton', 'nats-server', 'nats-server'), 'baton');
    if (found) return found;
  }
  return undefined;
}

async function fromEnvironment(env: NodeJS.ProcessEnv, path: string): Promise<NatsServerBinary> {
  const found = await probe(path);
  if ('problem' in found) {
    throw new BatonError(
      'FAILED_PRECONDITION',
      `BATON_NATS_SERVER names ${path}, which ${found.problem}. Name a nats-server ${MIN_NATS_SERVER} or newer, or unset it. ${installHint()}`,
    );
  }
  if (!isAtLeast(found.version) && env.BATON_ALLOW_OLD_NATS_SERVER !== '1') {
    throw new BatonError(
      'FAILED_PRECONDITION',
      `BATON_NATS_SERVER names ${path}, which is nats-server ${found.version}; ${MIN_NATS_SERVER} is the oldest that keeps what it acknowledged. ` +
        `Name a newer one, unset it, or set BATON_ALLOW_OLD_NATS_SERVER=1 for handoffs alone. ${installHint()}`,
    );
  }
  return { path, version: found.version, source: 'env' };
}

async function usable(
  path: string,
  source: NatsServerBinary['source'],
): Promise<NatsServerBinary | undefined> {
  const found = await probe(path);
  if ('problem' in found || !isAtLeast(found.version)) return undefined;
  return { path, version: found.version, source };
}

/** Runs `path --version`; never throws. The problem reads after "which". */
async function probe(path: string): Promise<Probe> {
  // Most folders of a PATH hold none: a look is far cheaper than starting a process.
  const reachable = await access(path, constants.X_OK).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code ?? 'EACCES',
  );
  if (reachable !== true) {
    return { problem: reachable === 'ENOENT' ? 'does not exist' : `cannot be run (${reachable})` };
  }
  try {
    const { stdout, stderr } = await run(path, ['--version'], { timeout: PROBE_TIMEOUT_MS });
    const version = parseVersion(stdout) ?? parseVersion(stderr);
    return version === undefined
      ? { problem: 'prints no nats-server version when asked with --version' }
      : { version };
  } catch (error) {
    const { code, killed } = error as { code?: string | number; killed?: boolean };
    const how = killed ? 'no answer' : typeof code === 'number' ? `exit status ${code}` : (code ?? 'unknown');
    return { problem: `cannot be run (${how} to --version)` };
  }
}
