import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { findNatsServer } from '../../../src/bus/broker/find.ts';
import { startNatsServer } from '../../../src/bus/broker/start.ts';

/** A broker of one's own that can be stopped and started again at the same address. */
export async function ownBroker() {
  const binary = await findNatsServer();
  if (!binary) throw new Error('no nats-server');
  const storeDir = await mkdtemp(joinPath(tmpdir(), 'baton-loss-'));
  let server = await startNatsServer({ binary, storeDir });
  const { url } = server;
  return {
    url,
    stop: () => server.stop(),
    async kill() {
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
    },
    async start() {
      server = await startNatsServer({ binary, storeDir, port: Number(new URL(url).port) });
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      await rm(storeDir, { recursive: true, force: true });
    },
  };
}
