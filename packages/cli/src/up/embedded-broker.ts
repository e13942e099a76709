import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type NatsServer,
  type NatsServerBinary,
  removeBrokerFile,
  startNatsServer,
  writeBrokerFile,
} from '@baton/runtime';
import { Backoff } from '../supervisor/backoff.ts';
import type { Log } from '../supervisor/log.ts';
import { brokerStore } from './orphaned-broker.ts';

export interface EmbeddedBrokerOptions {
  readonly folder: string;
  readonly binary: NatsServerBinary;
  readonly log: Log;
}

/**
 * The nats-server of a folder, kept up: when it ends unasked another is started at the same address with the same data, and
 * every member of the mesh finds it again by itself. While it runs `.baton/broker.json` names it.
 */
export class EmbeddedBroker {
  readonly #options: EmbeddedBrokerOptions;
  readonly #backoff = new Backoff();
  readonly #stopping = new AbortController();
  readonly #kept: Promise<void>;
  #server: NatsServer;

  private constructor(options: EmbeddedBrokerOptions, server: NatsServer) {
    this.#options = options;
    this.#server = server;
    this.#kept = this.#keepUp();
  }

  /** @throws {BatonError} UNAVAILABLE with what the server said when it does not start. */
  static async start(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
    const { folder, binary } = options;
    const server = await startNatsServer({ binary, storeDir: brokerStore(folder) });
    await writeBrokerFile(folder, server);
    return new EmbeddedBroker(options, server);
  }

  get url(): string {
    return this.#server.url;
  }

  get version(): string {
    return this.#server.version;
  }

  /** Stops it cleanly and removes the file that names it. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await removeBrokerFile(this.#options.folder);
    await this.#server.stop();
    await this.#kept;
  }

  /** Ends it now. */
  kill(): void {
    this.#stopping.abort();
    rmSync(join(this.#options.folder, '.baton', 'broker.json'), { force: true });
    try {
      process.kill(this.#server.pid, 'SIGKILL');
    } catch {
      // It was gone already.
    }
  }

  async #keepUp(): Promise<void> {
    const { signal } = this.#stopping;
    while (true) {
      const since = performance.now();
      const { code, signal: by } = await this.#server.exited;
      if (signal.aborted) return;
      const delay = this.#backoff.next(performance.now() - since);
      this.#options.log.error(
        `the broker ended unasked (${by ?? `exit status ${code}`}); starts again in ${delay} ms`,
      );
      await sleep(delay, undefined, { signal }).catch(() => {});
      if (!signal.aborted) await this.#restart();
    }
  }

  async #restart(): Promise<void> {
    const { folder, binary, log } = this.#options;
    const { hostname, port } = new URL(this.#server.url);
    try {
      const place = { host: hostname, port: Number(port) };
      const server = await startNatsServer({ binary, storeDir: brokerStore(folder), ...place });
      this.#server = server;
      if (this.#stopping.signal.aborted) return await server.stop();
      await writeBrokerFile(folder, server);
      log.info({ child: server.pid }, 'the broker is up again');
    } catch (error) {
      // The server that is gone has exited: the next round comes after a longer wait.
      log.error(`the broker does not start: ${(error as Error).message}`);
    }
  }
}
