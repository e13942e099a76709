import { chmod, copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import { BatonError, findNatsServer, installHint, type NatsServerBinary } from '@baton/runtime';
import { aptSources } from './install-apt.ts';
import { brewSources } from './install-brew.ts';
import { releaseSources } from './install-release.ts';
import type { Log, NatsServerSource } from './source.ts';

export interface InstallOptions {
  /** The program is put below `.baton/nats-server` in it; nothing else of the machine changes. */
  readonly folder: string;
  /** Puts it into a folder of its own there, where it is found only by who names it. Default: where `baton up` looks. */
  readonly apart?: string | undefined;
  /** Told what is being fetched, and from where. */
  readonly log: Log;
  /** Where to look, in order; defaults to Debian's suites, Homebrew and the official release, as far as they apply here. */
  readonly sources?: readonly NatsServerSource[] | undefined;
}

/**
 * Fetches a recent nats-server, without root and without starting any service, and runs it once to see that it does. Several
 * may do so at once in one folder: the program appears there whole, or not at all.
 * @throws {BatonError} UNAVAILABLE when no source has it: each one's reason, and how a person gets it.
 */
export async function installNatsServer(options: InstallOptions): Promise<NatsServerBinary> {
  const home = join(options.folder, '.baton', 'nats-server', options.apart ?? '');
  await mkdir(home, { recursive: true });
  // Below `home`, so that the last step is a rename within one file system.
  const work = await mkdtemp(join(home, '.fetching-'));
  try {
    const failures: string[] = [];
    for (const source of options.sources ?? (await knownSources())) {
      try {
        const fresh = join(work, 'nats-server');
        await copyFile(await source.fetch(work, options.log), fresh);
        await chmod(fresh, 0o755);
        const version = await verifiedVersion(fresh);
        const path = join(home, 'nats-server');
        await rename(fresh, path);
        return { path, version, source: 'baton' };
      } catch (error) {
        failures.push(`${source.name}: ${(error as Error).message}`);
      }
    }
    const tried = failures.length === 0 ? 'nothing to fetch it from on this machine' : failures.join('; ');
    throw new BatonError('UNAVAILABLE', `nats-server could not be fetched (${tried}). ${installHint()}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function knownSources(): Promise<NatsServerSource[]> {
  return [...(await aptSources()), ...(await brewSources()), ...releaseSources()];
}

/** Runs it as a server found on the PATH is run: it must work on this machine and be recent enough. */
async function verifiedVersion(path: string): Promise<string> {
  const env = { PATH: dirname(path) };
  const found = await findNatsServer({ env, from: parse(path).root, systemFolders: [] });
  if (found?.path !== path) throw new Error('what it has does not run here, or is too old');
  return found.version;
}
