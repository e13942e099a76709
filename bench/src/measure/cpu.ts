import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the kernel counts in, whatever its own timer does: USER_HZ, 100 on every machine that Node runs on. */
const TICKS_PER_S = 100;

/** CPU seconds that this process and others have used so far, user and system, all threads. */
export async function cpuSeconds(pids: readonly number[]): Promise<number> {
  const others = await Promise.all(pids.map(cpuOf));
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return others.reduce((sum, each) => sum + each, (userCPUTime + systemCPUTime) / 1e6);
}

/** CPU seconds of one other process. @throws {Error} when it is gone. */
export async function cpuOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat !== undefined) return parseStat(stat);
  const { stdout } = await run('ps', ['-o', 'cputime=', '-p', String(pid)]);
  return parseCpuTime(stdout);
}

/** The name in a `/proc/<pid>/stat` may hold blanks and parentheses; the fields are counted from behind it. */
export function parseStat(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

/** The time as `ps` tells it: `[[days-]hours:]minutes:seconds[.hundredths]`. */
export function parseCpuTime(text: string): number {
  const [time = '', days = '0'] = text.trim().split('-').reverse();
  const seconds = time.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return Number(days) * 86_400 + seconds;
}
