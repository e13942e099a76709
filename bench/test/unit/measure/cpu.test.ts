import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { cpuOf, cpuSeconds, parseCpuTime, parseStat } from '../../../src/measure/cpu.ts';

it('reads user and system time behind a name with blanks and parentheses', () => {
  const fields = 'S 1 2 3 0 -1 4194560 10 0 0 0 150 25 7 7 20 0 11 0 100 200';
  expect(parseStat(`4711 (a b) (c) ${fields}\n`)).toBe(1.75);
});

it('reads the time of ps with and without hours, days and hundredths', () => {
  expect(['0:01.50', '00:02:03', '1-00:00:01', ' 12:00 \n'].map(parseCpuTime)).toEqual([
    1.5, 123, 86_401, 720,
  ]);
});

it('counts what another process has used', async () => {
  const busy =
    'const until = Date.now() + 120; while (Date.now() < until); console.log(1); setInterval(() => {}, 1e6)';
  const child = spawn(process.execPath, ['-e', busy], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const pid = child.pid as number;
  const used = await cpuOf(pid);
  const own = await cpuSeconds([]);
  const both = await cpuSeconds([pid]);
  child.kill('SIGKILL');
  expect(used).toBeGreaterThan(0);
  expect(both).toBeGreaterThanOrEqual(own + used);
});
