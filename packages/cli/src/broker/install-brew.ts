import { join } from 'node:path';
import { hasTool, runTool } from './run-tool.ts';
import type { NatsServerSource } from './source.ts';

const INSTALL_TIMEOUT_MS = 600_000;

/** Homebrew, on macOS alone: it is how programs are installed there, and it starts no service. */
export async function brewSources(): Promise<NatsServerSource[]> {
  if (process.platform !== 'darwin' || !(await hasTool('brew'))) return [];
  return [
    {
      name: 'Homebrew',
      fetch: async (_work, log) => {
        log('installing nats-server with Homebrew');
        const env = { ...process.env, HOMEBREW_NO_AUTO_UPDATE: '1', HOMEBREW_NO_INSTALL_CLEANUP: '1' };
        await runTool('brew', ['install', '--quiet', 'nats-server'], { env, timeoutMs: INSTALL_TIMEOUT_MS });
        const prefix = await runTool('brew', ['--prefix', 'nats-server'], { env });
        return join(prefix.trim(), 'bin', 'nats-server');
      },
    },
  ];
}
