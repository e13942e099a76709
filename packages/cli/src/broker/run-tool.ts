import { execFile } from 'node:child_process';

export interface ToolOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Milliseconds before the tool is ended; default 60 000. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** What a tool of the system prints, in English. Rejects with one line that says what went wrong. */
export function runTool(
  command: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<string> {
  const { cwd, env = process.env, timeoutMs = TIMEOUT_MS } = options;
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      {
        cwd,
        env: { ...env, LC_ALL: 'C', LANGUAGE: 'C' },
        timeout: timeoutMs,
        maxBuffer: MAX_OUTPUT_BYTES,
      },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        const how = error.killed ? `no end after ${timeoutMs / 1000} s` : reason(stderr || error.message);
        reject(new Error(`${command}: ${how}`, { cause: error }));
      },
    );
  });
}

/** Whether a program of that name is on the PATH and answers to `--version`. */
export async function hasTool(command: string): Promise<boolean> {
  return runTool(command, ['--version'], { timeoutMs: 10_000 }).then(
    () => true,
    () => false,
  );
}

/** The line that says why: the first that calls itself an error (apt's last one only counts them), else the last. */
function reason(text: string): string {
  return /^E(?:rror)?: .*$/im.exec(text)?.[0] ?? text.trim().split('\n').at(-1) ?? '';
}
