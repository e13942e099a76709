import { access, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { aptConfig } from './apt-config.ts';
import { debianRepositories, parseIndexTargets, parsePackageVersion, sourceLine } from './apt-source.ts';
import { hasTool, runTool } from './run-tool.ts';
import type { Log, NatsServerSource } from './source.ts';

/** The suites that hold a recent nats-server, the newest first. Its program runs on older releases too. */
export const SUITES = ['sid', 'trixie'] as const;
type Suite = (typeof SUITES)[number];
const KEYRINGS = [
  '/usr/share/keyrings/debian-archive-keyring.pgp',
  '/usr/share/keyrings/debian-archive-keyring.gpg',
];
const UPDATE_TIMEOUT_MS = 180_000;
const DOWNLOAD_TIMEOUT_MS = 300_000;

interface Debian {
  readonly repositories: readonly string[];
  readonly architecture: string;
  readonly keyring: string | undefined;
}

/** Debian's suites, from the machine's own mirror; none on any other system. Needs no root and installs no package. */
export async function aptSources(suites: readonly Suite[] = SUITES): Promise<NatsServerSource[]> {
  const debian = await lookAtDebian();
  if (!debian) return [];
  return suites.map((suite) => ({
    name: `Debian ${suite}`,
    fetch: (work, log) => fetchFromAnyRepository(debian, suite, { work, log }),
  }));
}

async function lookAtDebian(): Promise<Debian | undefined> {
  if (process.platform !== 'linux') return undefined;
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  // Derivatives call themselves something else and mix their packages with Debian's at their own risk.
  if (!/^ID="?debian"?$/m.test(release)) return undefined;
  if (!(await hasTool('apt-get')) || !(await hasTool('dpkg'))) return undefined;

  const codename = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(release)?.[1] ?? 'sid';
  // Without --no-release-info apt names only what an update has fetched before, but then says whose it is.
  const known = await runTool('apt-get', ['indextargets']).catch(() => '');
  const configured = await runTool('apt-get', ['indextargets', '--no-release-info']).catch(() => '');
  const targets = [...parseIndexTargets(known), ...parseIndexTargets(configured)];
  const repositories = debianRepositories(targets, codename);
  if (repositories.length === 0) return undefined;

  const architecture = (await runTool('dpkg', ['--print-architecture'])).trim();
  return { repositories, architecture, keyring: await firstThatExists(KEYRINGS) };
}

async function fetchFromAnyRepository(
  debian: Debian,
  suite: string,
  { work, log }: { work: string; log: Log },
): Promise<string> {
  let failure: unknown;
  for (const [index, repository] of debian.repositories.entries()) {
    const folder = join(work, `${suite}-${index}`);
    try {
      await layOut(folder, sourceLine({ ...debian, repository, suite }));
      return await fetchPackage(folder, suite, log);
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

async function layOut(folder: string, line: string): Promise<void> {
  const folders = ['lists/partial', 'cache/archives/partial', 'state', 'download'];
  for (const name of folders) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'status'), '');
  await writeFile(join(folder, 'sources.list'), line);
  await writeFile(join(folder, 'apt.conf'), aptConfig(folder, process.getuid?.() === 0));
}

async function fetchPackage(folder: string, suite: string, log: Log): Promise<string> {
  const cwd = join(folder, 'download');
  const apt = (args: string[], timeoutMs: number) =>
    runTool('apt-get', ['-qq', '--config-file', join(folder, 'apt.conf'), ...args], { cwd, timeoutMs });

  log(`asking Debian ${suite} for nats-server`);
  await apt(['update'], UPDATE_TIMEOUT_MS);
  const version = parsePackageVersion(
    await apt(['download', '--print-uris', 'nats-server'], DOWNLOAD_TIMEOUT_MS),
  );
  if (version === undefined) throw new Error(`apt-get: Debian ${suite} names no version of nats-server`);
  log(`fetching nats-server ${version} from Debian ${suite}`);
  await apt(['download', 'nats-server'], DOWNLOAD_TIMEOUT_MS);

  const file = (await readdir(cwd)).find((name) => name.endsWith('.deb'));
  if (file === undefined) throw new Error('apt-get: downloaded nothing');
  await runTool('dpkg', ['-x', file, 'unpacked'], { cwd });
  return join(cwd, 'unpacked', 'usr', 'sbin', 'nats-server');
}

async function firstThatExists(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) {
    const exists = await access(path).then(
      () => true,
      () => false,
    );
    if (exists) return path;
  }
  return undefined;
}
