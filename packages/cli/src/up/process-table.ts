import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { isProcessAlive } from '@baton/runtime';

const POLL_MS = 25;

/** Whether a process is there and its command line is of a kind: a process id is used again one day. */
export async function isRunningAs(pid: number, kind: (commandLine: string) => boolean): Promise<boolean> {
  return isProcessAlive(pid) && kind(await commandLine(pid));
}

/** Waits until a process is gone; false when it still is there after `timeoutMs`. */
export async function untilGone(pid: number, timeoutMs: number): Promise<boolean> {
  const latest = Date.now() + timeoutMs;
  while (await isRunning(pid)) {
    if (Date.now() >= latest) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** A process that ended but was not yet collected by its parent is gone for our purposes: it holds nothing any more. */
async function isRunning(pid: number): Promise<boolean> {
  if (!isProcessAlive(pid)) return false;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat === undefined || !/^\d+ \(.*\) Z/s.test(stat);
}

async function commandLine(pid: number): Promise<string> {
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ');
  } catch {
    return await psArguments(pid);
  }
}

/** Where there is no /proc. */
function psArguments(pid: number): Promise<string> {
  return new Promise((resolve) => {
    execFile('ps', ['-ww', '-o', 'args=', '-p', String(pid)], (_error, stdout) => resolve(stdout));
  });
}
