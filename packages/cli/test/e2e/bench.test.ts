import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startBaton } from '../support/baton.ts';
import { childrenOf, whenGone } from '../support/process.ts';

const POSITIVE = expect.toSatisfy((value: unknown) => Number.isFinite(value) && (value as number) > 0);

it('measures handoffs beside bare NATS on a broker of its own', async () => {
  const { status, stdout, stderr } = await startBaton([
    'bench',
    'handoff',
    '--quick',
    '--rounds',
    '1',
    '--json',
  ]).finished;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const { scenario, rounds, rows } = JSON.parse(stdout);
  expect({ scenario, rounds }).toEqual({ scenario: 'handoff', rounds: 1 });
  expect(rows.map(({ name, size }: Record<string, unknown>) => `${name} ${size}`)).toEqual([
    'raw 1024',
    'ask 1024',
    'raw 10240',
    'ask 10240',
    'raw relay 1024',
    'handoff 1024',
  ]);
  for (const row of rows) {
    expect(row).toMatchObject({ p50Us: POSITIVE, p50X: POSITIVE, callsPerS: POSITIVE, callsX: POSITIVE });
    expect(row).toMatchObject({ cpuPer1000: POSITIVE, cpuX: POSITIVE });
    // Between a microsecond and the deadline of an ask; nobody uses more CPU than the machine has.
    expect(row.p50Us).toBeGreaterThan(1);
    expect(row.p50Us).toBeLessThan(10_000_000);
  }
});

it('takes its processes, its broker and its folder along on Ctrl-C', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'baton-bench-test-'));
  const bench = startBaton(['bench', 'chain', '--json'], { env: { TMPDIR: folder } });
  const started = await whenStarted(bench.pid);
  bench.interrupt();
  const { status, stdout } = await bench.finished;
  expect(status).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'CANCELLED' } });
  await whenGone(started);
  expect(await readdir(folder)).toEqual([]);
  await rm(folder, { recursive: true });
});

/** All processes of the bench, once there are its broker and some of those it measures. */
async function whenStarted(pid: number): Promise<number[]> {
  while (childrenOf(pid).length < 4) await new Promise((resolve) => setTimeout(resolve, 20));
  return childrenOf(pid);
}
