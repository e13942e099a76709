import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, inject, it } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));
const programs = readdirSync(folder).filter((name) => /^\d\d-.*\.ts$/.test(name));

it('finds the examples', () => expect(programs.length).toBeGreaterThanOrEqual(3));

it.each(programs)('%s runs and its own checks hold', async (program) => {
  const env = { ...process.env, NATS_URL: inject('broker') };
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program], {
    cwd: folder,
    env,
  });
  expect(stdout).not.toBe('');
});
