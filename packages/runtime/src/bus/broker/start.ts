import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BatonError } from '../../wire/error.ts';
import type { NatsServerBinary } from './find.ts';
import { installHint } from './install-hint.ts';
import { waitUntilReady } from './ready.ts';

export interface StartOptions {
  readonly binary: Pick<NatsServerBinary, 'path' | 'version'>;
  /** Where JetStream keeps its data; made when missing. Two servers must never share one. */
  readonly storeDir: string;
  /** Appended to; defaults to `nats-server.log` in `storeDir`. */
  readonly logFile?: string | undefined;
  /** The server's own name, as its monitoring and logs show it. */
  readonly name?: string | undefined;
  /** Defaults to loopback: nobody outside this machine reaches it. */
  readonly host?: string | undefined;
  /** Defaults to a free one, chosen by the server. */
  readonly port?: number | undefined;
  /** Lets this process end while the server runs on; by default a running server keeps it up. */
  readonly detached?: boolean | undefined;
  /** Milliseconds a start may take; default 10 000. A large store takes longer to recover. */
  readonly readyTimeoutMs?: number | undefined;
}

/** How a process ended; both are null when it never began. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running nats-server with JetStream. */
export interface NatsServer extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly version: string;
  /** Settles when the process ends, for whatever reason; never rejects. */
  readonly exited: Promise<Exit>;
  /** Stops it cleanly and waits until it is gone; after 5 s it is killed. May be called again. */
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 5_000;
const LOG_TAIL_BYTES = 4_096;
const LOG_TAIL_LINES = 8;

/**
 * Starts nats-server with JetStream and resolves once it accepts connections. It runs in a session of its own, so that a
 * Ctrl-C meant for the starter does not take the bus away before the agents drained; it also outlives a starter that was killed.
 * @throws {BatonError} UNAVAILABLE with its last log lines when it ends or is not ready in time.
 */
export async function startNatsServer(options: StartOptions): Promise<NatsServer> {
  const { binary, storeDir, logFile = join(storeDir, 'nats-server.log') } = options;
  await mkdir(storeDir, { recursive: true });
  await mkdir(dirname(logFile), { recursive: true });
  const log = await open(logFile, 'a');
  const portsDir = await mkdtemp(join(tmpdir(), 'baton-ports-'));
  try {
    const logStart = (await log.stat()).size;
    const child = spawn(binary.path, serverArguments(options, portsDir), {
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    const exited = exitOf(child);
    const timeoutMs = options.readyTimeoutMs ?? READY_TIMEOUT_MS;
    const ready = await waitUntilReady({ portsDir, exited, timeoutMs });
    if ('problem' in ready || child.pid === undefined) {
      const problem = 'problem' in ready ? ready.problem : 'it has no process id';
      await stopChild(child, exited);
      const said = await tail(logFile, logStart);
      throw new BatonError('UNAVAILABLE', startFailure(binary, problem, said));
    }
    if (options.detached) child.unref();
    let stopping: Promise<void> | undefined;
    const stop = (): Promise<void> => {
      stopping ??= stopChild(child, exited);
      return stopping;
    };
    return {
      url: ready.url,
      pid: child.pid,
      version: binary.version,
      exited: exited.then(({ code, signal }) => ({ code, signal })),
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } finally {
    await log.close();
    await rm(portsDir, { recursive: true, force: true });
  }
}

function serverArguments(options: StartOptions, portsDir: string): string[] {
  const { host = '127.0.0.1', port = -1, storeDir, name } = options;
  const listen = ['--addr', host, '--port', String(port), '--ports_file_dir', portsDir];
  const named = name === undefined ? [] : ['--name', name];
  return [...listen, '--jetstream', '--store_dir', storeDir, ...named];
}

/** Like `Exit`, with why it never began. */
type ChildExit = Exit & { readonly error?: Error };

function exitOf(child: ChildProcess): Promise<ChildExit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', (error) => {
      // A failed kill() is reported here too: the process is still there then.
      if (child.pid === undefined) resolve({ code: null, signal: null, error });
    });
  });
}

async function stopChild(child: ChildProcess, exited: Promise<ChildExit>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  // SIGTERM stops it as cleanly, but nats-server 2.10 then ends with status 1 as if it had failed.
  child.kill('SIGINT');
  const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(killer);
}

function startFailure(binary: StartOptions['binary'], problem: string, said: string): string {
  const log = said === '' ? installHint() : `It said:\n${said}`;
  return `nats-server ${binary.version} (${binary.path}) did not start: ${problem}. ${log}`;
}

/** The last lines written since `from`, so that a log of many starts shows this one. */
async function tail(logFile: string, from: number): Promise<string> {
  const { size } = await stat(logFile);
  const length = Math.min(size - from, LOG_TAIL_BYTES);
  if (length <= 0) return '';
  const log = await open(logFile, 'r');
  try {
    const { buffer } = await log.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8').trim().split('\n').slice(-LOG_TAIL_LINES).join('\n');
  } finally {
    await log.close();
  }
}
