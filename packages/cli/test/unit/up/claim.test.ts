import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { claimFolder, findSupervisor, releaseFolder } from '../../../src/up/claim.ts';

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'baton-claim-'));
  const file = join(path, '.baton', 'mesh.json');
  return {
    path,
    read: async () => JSON.parse(await readFile(file, 'utf8')),
    async write(text: string) {
      await mkdir(join(path, '.baton'), { recursive: true });
      await writeFile(file, text);
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

const state = (pid: number) =>
  JSON.stringify({ pid, meshFile: 'mesh.yaml', startedAt: '2026-01-01T00:00:00Z' });

it('takes a folder and gives it back', async () => {
  await using folder = await temporaryFolder();
  await claimFolder(folder.path, 'mesh.yaml');
  expect(await folder.read()).toMatchObject({ pid: process.pid, meshFile: 'mesh.yaml' });
  await releaseFolder(folder.path);
  await expect(folder.read()).rejects.toThrow('ENOENT');
});

it.each([
  ['a process that is gone', state(2 ** 22 + 1)],
  // Process 1 is always there, and is no baton.
  ['a process id that somebody else has today', state(1)],
  ['this very process, as after the restart of a container', state(process.pid)],
  ['nothing readable', '{"pid":'],
])('takes over a folder whose file names %s', async (_what, text) => {
  await using folder = await temporaryFolder();
  await folder.write(text);
  expect(await findSupervisor(folder.path)).toBeUndefined();
  await claimFolder(folder.path, 'mine.yaml');
  expect(await folder.read()).toMatchObject({ pid: process.pid, meshFile: 'mine.yaml' });
});
