import type { ChildProcess } from 'node:child_process';
import { afterAll } from 'vitest';

const started = new Set<ChildProcess>();

/** Has a process killed once the tests of its file are over: one that ran out of time has left what it started. */
export function killAfterwards(child: ChildProcess): void {
  started.add(child);
  child.once('exit', () => started.delete(child));
}

afterAll(() => {
  for (const child of started) {
    child.kill('SIGCONT');
    child.kill('SIGKILL');
  }
});
