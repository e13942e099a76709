import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readReports, saveReports } from '../../../src/bench/reports-file.ts';

it('reads back what it saved, fields it does not know included, and names a line that is no report', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'baton-reports-'));
  const file = join(folder, 'before.jsonl');
  try {
    const reports = [{ scenario: 'stream', rounds: 3, rows: [], node: 'v20.20.2' }];
    await saveReports(file, reports);
    expect(await readReports(file)).toEqual(reports);
    await writeFile(file, '{"scenario":"stream","rounds":3,"rows":[]}\n{"rows": 1}\n');
    await expect(readReports(file)).rejects.toThrow(`line 2 of ${file} is no report`);
    await expect(readReports(join(folder, 'missing'))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
