import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('./worker.mjs', import.meta.url));
const LOADER = new URL('./without-loader.mjs', import.meta.url).href;

export interface WorkerOptions {
  readonly server: string;
  readonly owner: string;
  /** Names of the agents that live in it. */
  readonly agents: readonly string[];
  /** Default 2000. */
  readonly heartbeatMs?: number;
  /** Runs one agent takes at a time. Default 16. */
  readonly concurrency?: number;
  /** How long each run takes, milliseconds. Default 0. */
  readonly workMs?: number;
}

/** A process of agents that a test may kill or freeze. */
export interface Worker extends AsyncDisposable {
  readonly pid: number;
  /** kill -9. Resolves when it is gone. */
  kill(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** Memory it holds, bytes. */
  rss(): number;
}

/** Resolves when all of its agents are on the mesh. It runs the built packages. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const settings = { heartbeatMs: 2000, concurrency: 16, workMs: 0, ...options };
  const child = spawn(process.execPath, ['--import', LOADER, PROGRAM, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const failed = exited.then(() => {
    throw new Error('the worker ended before it was up');
  });
  failed.catch(() => {});
  await Promise.race([once(child.stdout, 'data'), failed]);
  const pid = child.pid ?? 0;
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  return {
    pid,
    kill,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    rss: () => 1024 * Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })),
    [Symbol.asyncDispose]: kill,
  };
}
