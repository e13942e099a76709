import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNatsServer } from '@baton/runtime';
import { ensureNatsServer } from '../broker/ensure.ts';
import type { Log } from '../broker/source.ts';

/** The broker of one run. */
export interface BenchBroker extends AsyncDisposable {
  readonly url: string;
  /** Undefined for somebody else's. */
  readonly pid: number | undefined;
  /** Undefined for somebody else's. */
  readonly version: string | undefined;
}

/** Somebody else's broker, which stays as it is. */
export function foreignBroker(url: string): BenchBroker {
  return { url, pid: undefined, version: undefined, [Symbol.asyncDispose]: () => Promise.resolve() };
}

/**
 * A broker for this run alone, on a free port and with its data in a temporary folder. Both are gone afterwards, also when this
 * process ends itself before.
 * @throws {BatonError} as `ensureNatsServer` and `startNatsServer` do.
 */
export async function startBenchBroker(log: Log): Promise<BenchBroker> {
  const binary = await ensureNatsServer({ cwd: process.cwd(), env: process.env, log });
  const folder = await mkdtemp(join(tmpdir(), 'baton-bench-'));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  const server = await startNatsServer({ binary, storeDir: join(folder, 'nats') });
  // It has a session of its own and would live on.
  const kill = () => {
    try {
      process.kill(server.pid, 'SIGKILL');
    } catch {
      // It was gone already.
    }
  };
  process.prependOnceListener('exit', kill);
  return {
    url: server.url,
    pid: server.pid,
    version: server.version,
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
      process.off('exit', kill);
      process.off('exit', removeFolder);
    },
  };
}
