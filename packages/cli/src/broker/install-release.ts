import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from './run-tool.ts';
import type { NatsServerSource } from './source.ts';

const VERSION = '2.15.0';
/** SHA-256 of the archives of that release, as its own SHA256SUMS lists them. */
const ARCHIVES: Readonly<Record<string, string>> = {
  'linux-amd64': '5d2c51caca950333aba84911df7d377f826f3a59ec36061c6539105084f65c92',
  'linux-arm64': 'cdc208f5a3f42963a52b6ab06ef65626bb870315dc936e26ba571780c6351112',
  'darwin-amd64': '5bd8b59ca5bf93fab3da2c5843cf564cd6e2e291e22ae3b861746e7ebe259b95',
  'darwin-arm64': 'e1c4e22d70bd44abfa0bcb3c16f7cf0c66f648c2e728c58924e8a1ce88913cc8',
};
const DOWNLOAD_TIMEOUT_MS = 300_000;

/** The archive that the makers of nats-server publish, where its checksum is known for this kind of machine. */
export function releaseSources(): NatsServerSource[] {
  const machine = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
  const sha256 = ARCHIVES[machine];
  if (sha256 === undefined) return [];
  const folder = `nats-server-v${VERSION}-${machine}`;
  return [
    {
      name: `release ${VERSION}`,
      fetch: async (work, log) => {
        log(`fetching nats-server ${VERSION} from its release page`);
        const archive = join(work, `${folder}.tar.gz`);
        const url = `https://github.com/nats-io/nats-server/releases/download/v${VERSION}/${folder}.tar.gz`;
        await writeFile(archive, verified(await download(url), sha256));
        await runTool('tar', ['-xzf', archive, '-C', work]);
        return join(work, folder, 'nats-server');
      },
    },
  ];
}

async function download(url: string): Promise<Buffer> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) });
    if (!response.ok) throw new Error(`HTTP status ${response.status}`);
    return Buffer.from(await response.arrayBuffer());
  } catch (error) {
    // fetch itself says no more than "fetch failed".
    const { message, cause } = error as Error;
    throw new Error(`${url}: ${cause instanceof Error ? cause.message : message}`, { cause: error });
  }
}

/** The archive, when it is the one that was published. */
export function verified(archive: Buffer, sha256: string): Buffer {
  const actual = createHash('sha256').update(archive).digest('hex');
  if (actual === sha256) return archive;
  throw new Error(`the archive has the SHA-256 ${actual}, not ${sha256}`);
}
