import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { BatonError } from '@baton/runtime';
import type { RoleOptions, Word } from './role.ts';

/** A process that can be called. */
export interface Child {
  readonly pid: number;
  /** Milliseconds from its start until it could be called. */
  readonly readyMs: number;
  /** Asks it for a figure; one question at a time. */
  ask(question: string): Promise<number>;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('./main.js', import.meta.url));
const READY_MS = 30_000;
const SAID_BYTES = 2_000;

/** The processes of one run; all end with it, and at once when the signal is aborted. */
export class Children implements AsyncDisposable {
  readonly #running = new Set<ChildProcess>();
  readonly #signal: AbortSignal;
  readonly #killAll = () => {
    for (const child of this.#running) child.kill('SIGKILL');
  };

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#killAll);
  }

  /** @throws {BatonError} UNAVAILABLE with what it wrote when it ends, or hangs, before it can be called. */
  async start(role: string, options: RoleOptions): Promise<Child> {
    if (this.#signal.aborted) throw new BatonError('CANCELLED', 'interrupted');
    const started = performance.now();
    const child = spawn(process.execPath, [MAIN, role, JSON.stringify(options)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#running.add(child);
    const exited = once(child, 'exit').then(() => void this.#running.delete(child));
    await firstWord(child, role);
    return {
      pid: child.pid as number,
      readyMs: performance.now() - started,
      ask: async (question) => {
        child.send({ question });
        const [word] = (await once(child, 'message')) as [{ answer: number }];
        return word.answer;
      },
      stop: async () => {
        child.kill('SIGKILL');
        await exited;
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#killAll);
    const gone = [...this.#running].map((child) => once(child, 'exit'));
    this.#killAll();
    await Promise.all(gone);
  }
}

function firstWord(child: ChildProcess, role: string): Promise<void> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-SAID_BYTES);
  });
  return new Promise((resolve, reject) => {
    const fail = (problem: string) => {
      clearTimeout(timer);
      reject(
        new BatonError('UNAVAILABLE', `the process "${role}" ${problem}${said && `; it said:\n${said}`}`),
      );
    };
    const timer = setTimeout(() => {
      fail(`is not up after ${READY_MS / 1000} s`);
      child.kill('SIGKILL');
    }, READY_MS);
    child.once('error', (error) => fail(`does not start: ${error.message}`));
    // 'close' comes when all it has said has been read.
    child.once('close', () => fail('ended before it was up'));
    child.once('message', (word: Word) => {
      clearTimeout(timer);
      if ('ready' in word) resolve();
    });
  });
}
