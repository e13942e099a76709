import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findNatsServer, installHint, type NatsServerBinary } from '@baton/runtime';
import { freePorts } from './free-ports.ts';
import { killAfterwards } from './leftovers.ts';
import { until } from './until.ts';

export interface BrokerOptions {
  /** Default: a free one. It stays the broker's own over restarts. */
  readonly port?: number;
  /** Default: on, in a folder of its own. */
  readonly jetstream?: boolean;
  /** Where it tells of itself over HTTP; default: nowhere. */
  readonly monitor?: number;
  /** More lines of its configuration. */
  readonly config?: string;
}

/** Of a stream, as one broker has it. */
export interface StreamState {
  readonly messages: number;
  readonly bytes: number;
  readonly first_seq: number;
  readonly last_seq: number;
}

interface JszAnswer {
  readonly account_details?: {
    readonly stream_detail?: { readonly name: string; readonly state: StreamState }[];
  }[];
}

const READY_MS = 20_000;

/** A nats-server that a test may kill, freeze and start again at the same address, with the same store. */
export class FaultyBroker implements AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  readonly #monitor: number | undefined;
  readonly #binary: NatsServerBinary;
  #child: ChildProcess | undefined;

  private constructor(parts: {
    readonly binary: NatsServerBinary;
    readonly port: number;
    readonly folder: string;
    readonly monitor: number | undefined;
  }) {
    this.#binary = parts.binary;
    this.port = parts.port;
    this.folder = parts.folder;
    this.#monitor = parts.monitor;
  }

  /** Made but not started. */
  static async prepare(options: BrokerOptions = {}): Promise<FaultyBroker> {
    const { port: wanted, jetstream = true, monitor, config = '' } = options;
    const binary = await findNatsServer();
    if (!binary) throw new Error(installHint());
    const folder = await mkdtemp(join(tmpdir(), 'baton-faults-'));
    const port = wanted ?? (await freePorts(1))[0] ?? 0;
    const store = jetstream ? `jetstream { store_dir: ${JSON.stringify(join(folder, 'store'))} }` : '';
    const http = monitor === undefined ? '' : `http: "127.0.0.1:${monitor}"`;
    const lines = [`listen: "127.0.0.1:${port}"`, http, store, config, ''];
    await writeFile(join(folder, 'nats.conf'), lines.join('\n'));
    return new FaultyBroker({ binary, port, folder, monitor });
  }

  static async start(options: BrokerOptions = {}): Promise<FaultyBroker> {
    const broker = await FaultyBroker.prepare(options);
    await broker.start();
    return broker;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  get version(): string {
    return this.#binary.version;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when it greets a connection. */
  async start(): Promise<void> {
    const log = await open(join(this.folder, 'nats.log'), 'a');
    this.#child = spawn(this.#binary.path, ['--config', join(this.folder, 'nats.conf')], {
      stdio: ['ignore', log.fd, log.fd],
    });
    killAfterwards(this.#child);
    await log.close();
    for (const latest = Date.now() + READY_MS; !(await this.#greets()); await sleep(10)) {
      if (Date.now() < latest && this.isRunning) continue;
      throw new Error(`nats-server did not start:\n${await readFile(join(this.folder, 'nats.log'), 'utf8')}`);
    }
  }

  /** kill -9. Resolves when it is gone. */
  async kill(): Promise<void> {
    if (!this.#child || !this.isRunning) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGCONT');
    this.#child.kill('SIGKILL');
    await exited;
  }

  /** It stays where it is and does nothing, its connections open. Resolves when it has come to rest. */
  async freeze(): Promise<void> {
    const pid = String(this.#child?.pid);
    this.#child?.kill('SIGSTOP');
    await until(
      () => execFileSync('ps', ['-o', 'state=', '-p', pid], { encoding: 'utf8' }).startsWith('T'),
      5000,
    );
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** What this broker, whoever leads, holds of a stream: how much, and from where to where. */
  async holds(stream: string): Promise<StreamState | undefined> {
    const answer = await fetch(`http://127.0.0.1:${this.#monitor}/jsz?streams=true`);
    const { account_details: accounts = [] } = (await answer.json()) as JszAnswer;
    const streams = accounts.flatMap(({ stream_detail = [] }) => stream_detail);
    return streams.find(({ name }) => name === stream)?.state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  #greets(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1');
      const settle = (greeted: boolean) => {
        socket.destroy();
        resolve(greeted);
      };
      socket.setTimeout(1000, () => settle(false));
      socket.once('data', (data) => settle(data.toString('latin1').startsWith('INFO ')));
      socket.once('error', () => settle(false));
    });
  }
}
