import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findNatsServer } from '../bus/broker/find.ts';
import { installHint } from '../bus/broker/install-hint.ts';
import { type NatsServer, startNatsServer } from '../bus/broker/start.ts';
import { BatonError } from '../wire/error.ts';

/**
 * A real nats-server of its own, with JetStream, on a free loopback port and a temporary folder; both are gone
 * after `stop()`.
 * @throws {BatonError} FAILED_PRECONDITION, saying how to get one, when there is no nats-server.
 */
export async function startBroker(): Promise<NatsServer> {
  const binary = await findNatsServer();
  if (!binary) throw new BatonError('FAILED_PRECONDITION', `no nats-server was found. ${installHint()}`);
  const storeDir = await mkdtemp(join(tmpdir(), 'baton-broker-'));
  const server = await startNatsServer({ binary, storeDir });
  const stop = async () => {
    await server.stop();
    await rm(storeDir, { recursive: true, force: true });
  };
  return { ...server, stop, [Symbol.asyncDispose]: stop };
}
