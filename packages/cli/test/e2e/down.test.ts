import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { meshFile, meshFolder } from '../support/mesh-folder.ts';
import { processesOf, whenGone } from '../support/process.ts';

it('stops a detached mesh and its broker, from a folder below too', async () => {
  await using folder = await meshFolder({ 'mesh.yaml': meshFile({ echo: ['echo.ts', 2] }) });
  await folder.baton(['up', '--detach']).finished;
  const supervisor = (await folder.state('mesh'))?.pid ?? 0;
  const broker = (await folder.state('broker'))?.pid ?? 0;
  const below = join(folder.path, 'a', 'b');
  await mkdir(below, { recursive: true });

  const { status, stdout } = await folder.baton(['down', '--json'], { cwd: below }).finished;
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ stopped: true, pid: supervisor });
  await whenGone([supervisor, broker]);
  expect(processesOf(folder.path)).toEqual([]);
});

it('stops a mesh that is up on another terminal', async () => {
  await using folder = await meshFolder({ 'mesh.yaml': meshFile({ echo: ['echo.ts'] }) });
  const up = await folder.up();
  const { stdout } = await folder.baton(['down']).finished;
  expect(stdout).toContain(`stopped the mesh (pid ${up.pid})`);
  expect((await up.finished).status).toBe(0);
});

it('finds nothing to do where no mesh is up', async () => {
  await using folder = await meshFolder();
  expect(await folder.baton(['down']).finished).toMatchObject({ status: 0, stdout: 'no mesh is up here\n' });
  expect((await folder.baton(['down', '--json']).finished).stdout).toBe('{"stopped":false}\n');
});

it('stops the broker that a killed supervisor left behind', async () => {
  await using folder = await meshFolder({ 'mesh.yaml': meshFile({ echo: ['echo.ts'] }) });
  const up = await folder.up();
  const broker = (await folder.state('broker'))?.pid ?? 0;
  process.kill(up.pid, 'SIGKILL');
  await up.finished;
  const { status, stdout } = await folder.baton(['down']).finished;
  expect(status).toBe(0);
  expect(stdout).toContain(`left behind by a mesh that was killed (pid ${broker})`);
  await whenGone([broker]);
  expect(await folder.state('broker')).toBeUndefined();
  expect((await folder.baton(['down']).finished).stdout).toBe('no mesh is up here\n');
});

it('leaves alone a process that merely has the number of a supervisor that is gone', async () => {
  await using folder = await meshFolder();
  const state = { pid: process.pid, meshFile: 'mesh.yaml', startedAt: new Date().toISOString() };
  await folder.write('.baton/mesh.json', JSON.stringify(state));
  expect((await folder.baton(['down']).finished).stdout).toBe('no mesh is up here\n');
});

it('tells a script what a detached mesh is, as one JSON object', async () => {
  await using folder = await meshFolder({ 'mesh.yaml': meshFile({ patient: ['patient.js'] }) });
  const { status, stdout } = await folder.baton(['up', '--detach', '--json']).finished;
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    server: (await folder.state('broker'))?.url,
    agents: [{ agent: 'patient', pids: [expect.any(Number)] }],
  });
});

it('tells a script on stdout why a command with --json failed', async () => {
  await using folder = await meshFolder();
  const { status, stdout, stderr } = await folder.baton(['ps', '--json']).finished;
  expect(status).toBe(4);
  expect(stderr).toMatch(/^error UNAVAILABLE: /);
  expect(JSON.parse(stdout)).toStrictEqual({
    error: { code: 'UNAVAILABLE', message: expect.any(String), retryable: true },
  });
});
