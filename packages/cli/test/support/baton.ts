import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../bin/baton.js', import.meta.url));

export interface StartBaton {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What stdin holds; default nothing. */
  readonly input?: string | Uint8Array;
}

/** How a command ended. */
interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command. */
export interface RunningBaton {
  readonly pid: number;
  readonly finished: Promise<Finished>;
  /** What stdout has held so far. */
  stdout(): string;
  /** Resolves when stdout holds the text; rejects when the command ends without it. */
  shows(text: string | RegExp): Promise<void>;
  /** Ctrl-C. */
  interrupt(): void;
  /** Closes the reading end of stdout, as `| head` does. */
  stopReading(): void;
}

/** Starts the built command line in a process of its own; stdout and stderr are pipes. */
export function startBaton(args: readonly string[], options: StartBaton = {}): RunningBaton {
  const { NATS_URL: _unset, BATON_DEBUG: _noStacks, ...inherited } = process.env;
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: options.cwd,
    env: { ...inherited, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // A command that refuses its arguments does not read on: that is no failure of the test.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');
  const finished = once(child, 'close').then(
    ([status, signal]): Finished => ({ status, signal, stdout, stderr }),
  );
  return {
    pid: child.pid ?? 0,
    finished,
    stdout: () => stdout,
    shows: (text) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (typeof text === 'string' ? stdout.includes(text) : text.test(stdout)) resolve();
        };
        child.stdout.on('data', check);
        void finished.then(() => reject(new Error(`ended without ${text}: ${stdout}\n${stderr}`)));
        check();
      }),
    interrupt: () => void child.kill('SIGINT'),
    stopReading: () => void child.stdout.destroy(),
  };
}
