import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const FIXTURE = fileURLToPath(new URL('../../fixtures/durable-worker.ts', import.meta.url));

export interface WorkerOptions {
  readonly server: string;
  readonly owner: string;
  /** A file that gets a line for each effect. */
  readonly effects: string;
  /** It begins its work and goes no further. */
  readonly hangs?: boolean;
}

/** An agent `worker` in a process of its own, so that it can die. */
export interface DurableWorker extends AsyncDisposable {
  /** Resolves when it has begun a piece of work. */
  readonly began: Promise<unknown>;
  /** Resolves when the process is gone. */
  readonly exited: Promise<unknown>;
  /** kill -9. Resolves when the process is gone. */
  kill(): Promise<void>;
}

/** Resolves when the agent is on the mesh. */
export async function startDurableWorker(options: WorkerOptions): Promise<DurableWorker> {
  const { server, owner, effects, hangs = false } = options;
  const args = ['--conditions=source', '--import', 'tsx', FIXTURE, server, owner, effects];
  const child = spawn(process.execPath, hangs ? [...args, 'hang'] : args, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const says = (word: string) =>
    new Promise<void>((resolve, reject) => {
      const check = () => {
        if (said.includes(`${word}\n`)) resolve();
      };
      child.stdout.on('data', check);
      void exited.then(() => reject(new Error(`the worker ended before it said "${word}"`)));
      check();
    });
  const began = says('began');
  began.catch(() => {});
  await says('up');
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  return { began, exited, kill, [Symbol.asyncDispose]: kill };
}
