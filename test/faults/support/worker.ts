import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { killAfterwards } from './leftovers.ts';

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
  /** Resolves with the signal that ended it, or undefined, when it is gone. */
  readonly exited: Promise<NodeJS.Signals | undefined>;
  /** Resolves when it has printed this line. */
  says(line: string): Promise<void>;
  /** kill -9. Resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM. Resolves with the milliseconds it took to go. */
  stop(): Promise<number>;
  freeze(): void;
  thaw(): void;
  /** Memory it holds, bytes. */
  rss(): number;
}

/** Resolves when all of its agents are on the mesh. It runs the built packages. */
export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const worker = spawnWorker(PROGRAM, { heartbeatMs: 2000, concurrency: 16, workMs: 0, ...options });
  await worker.says('up');
  return worker;
}

/** Starts a program with settings as JSON; `memoryMb` limits its heap, and nothing is shown then of how it dies. */
export function spawnWorker(
  program: string,
  settings: object,
  { memoryMb }: { readonly memoryMb?: number | undefined } = {},
): Worker {
  const limit = memoryMb === undefined ? [] : [`--max-old-space-size=${memoryMb}`];
  const args = [...limit, '--import', LOADER, program, JSON.stringify(settings)];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', memoryMb === undefined ? 'inherit' : 'ignore'],
  });
  killAfterwards(child);
  const exited = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals | undefined);
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const says = (line: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (`\n${said}`.includes(`\n${line}\n`)) resolve();
      };
      child.stdout.on('data', look);
      void exited.then(() => reject(new Error(`the worker ended before it said "${line}"`)));
      look();
    });
  const pid = child.pid ?? 0;
  const end = async (signal: NodeJS.Signals) => {
    const began = performance.now();
    child.kill(signal);
    await exited;
    return performance.now() - began;
  };
  const kill = async () => void (await end('SIGKILL'));
  return {
    pid,
    exited,
    says,
    kill,
    stop: () => end('SIGTERM'),
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    rss: () => 1024 * Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })),
    [Symbol.asyncDispose]: kill,
  };
}
