import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { BatonError, type Exit } from '@baton/runtime';
import { HostReport } from '../host/report.ts';
import { type HostSettings, writeSettings } from '../host/settings.ts';
import type { AgentSpec } from './agent-spec.ts';

/** What a process that is up says of itself. */
export interface Ready {
  readonly agent: string;
  /** Empty where the agent was only loaded, to check it. */
  readonly instance: string;
}

/** One operating-system process of an agent, from its start to its end. */
export interface AgentChild {
  readonly pid: number | undefined;
  /** @throws {BatonError} why it did not come up; the process is gone then, or going. */
  readonly ready: Promise<Ready>;
  /** Settles when the process is gone; never rejects. */
  readonly exited: Promise<Exit>;
  /** Asks it to drain, and kills it when it is not gone after `graceMs`. */
  stop(graceMs: number): Promise<void>;
  kill(): void;
}

export interface ChildOptions {
  readonly spec: AgentSpec;
  readonly settings: HostSettings;
  /** The process only loads the agent, and ends. */
  readonly checks?: boolean;
  /** Told every line the process writes. */
  onLine(line: string, stream: 'stdout' | 'stderr'): void;
}

/** An agent that loads an index, or a model, may take its time; one that hangs must not hold up a start for ever. */
const READY_TIMEOUT_MS = 60_000;
const HOST = fileURLToPath(new URL('../host/agent-process.js', import.meta.url));

/** Starts the process. */
export function startAgentChild({ spec, settings, checks = false, onLine }: ChildOptions): AgentChild {
  const args = [
    ...loaderFor(spec.module),
    HOST,
    ...(checks ? ['--check'] : []),
    spec.module,
    ...(spec.name === undefined ? [] : [spec.name]),
  ];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...spec.env, ...writeSettings(settings) },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  readLines(child.stdout, (line) => onLine(line, 'stdout'));
  readLines(child.stderr, (line) => onLine(line, 'stderr'));
  const exited = exitOf(child);
  const ready = readyOf(child, exited);
  // Whoever does not wait for it must not be ended by its failure.
  ready.catch(() => {});
  const stop = async (graceMs: number) => {
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), graceMs);
    await exited;
    clearTimeout(killer);
  };
  return { pid: child.pid, ready, exited, stop, kill: () => void child.kill('SIGKILL') };
}

/** How an ended process is spoken of: `SIGKILL`, or `exit status 1`. */
export function describeExit({ code, signal }: Exit): string {
  return signal ?? (code === null ? 'no process' : `exit status ${code}`);
}

/** TypeScript is loaded by tsx, found from here: the user's folder need not have it. */
function loaderFor(module: string): string[] {
  // Hints about how a user's folder could load faster are not this program's to make.
  const quiet = ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', '--disable-warning=ExperimentalWarning'];
  // A stack names the lines their authors wrote.
  const options = [...quiet, '--enable-source-maps'];
  return /\.[cm]?tsx?$/.test(module) ? [...options, '--import', import.meta.resolve('tsx')] : options;
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => {
      // A failed kill() is reported here too: the process is still there then.
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
  });
}

function readyOf(child: ChildProcess, exited: Promise<Exit>): Promise<Ready> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new BatonError('DEADLINE_EXCEEDED', `its process is not up after ${READY_TIMEOUT_MS / 1000} s`));
      child.kill('SIGKILL');
    }, READY_TIMEOUT_MS);
    child.on('message', (message) => {
      const report = HostReport.safeParse(message);
      if (!report.success) return;
      clearTimeout(timer);
      if (report.data.type === 'ready') resolve(report.data);
      else reject(new BatonError(report.data.code, report.data.message));
    });
    void exited.then((exit) => {
      clearTimeout(timer);
      reject(new BatonError('INTERNAL', `its process ended before it was up (${describeExit(exit)})`));
    });
  });
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream) createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
}
