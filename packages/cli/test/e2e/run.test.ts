import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fixture, installRuntime, meshFile, meshFolder } from '../support/mesh-folder.ts';

it("runs a user's TypeScript file with standard decorators, in any folder", async () => {
  await using folder = await meshFolder();
  await installRuntime(folder);
  await copyFile(fixture('echo.ts'), join(folder.path, 'mine.ts'));
  const run = await folder.up(['run', 'mine.ts', '--replicas', '2']);
  expect(run.stdout()).toContain('agents=1 processes=2');
  expect((await folder.baton(['ask', 'echo', 'hello']).finished).stdout).toMatch(/^\d+ hears: hello\n$/);
  expect((await folder.baton(['scale', 'echo=1']).finished).stdout).toBe('echo 2 -> 1\n');
  run.interrupt();
  expect((await run.finished).status).toBe(0);
  expect(await folder.state('broker')).toBeUndefined();
});

it('runs a TypeScript file in a folder whose package is no ES module', async () => {
  await using folder = await meshFolder({ 'package.json': '{"type": "commonjs"}' });
  await installRuntime(folder);
  await copyFile(fixture('echo.ts'), join(folder.path, 'mine.ts'));
  await folder.up(['run', 'mine.ts']);
  expect((await folder.baton(['ask', 'echo', 'hello']).finished).stdout).toContain('hears: hello');
});

it('joins the broker that is up in the folder, and leaves it up', async () => {
  await using folder = await meshFolder({ 'mesh.yaml': meshFile({ echo: ['echo.ts'] }) });
  const up = await folder.up();
  const run = await folder.up(['run', fixture('patient.js')]);
  const mesh = await folder.join();
  expect(mesh.agents().map(({ agent }) => agent)).toEqual(['echo', 'patient']);
  run.interrupt();
  expect((await run.finished).status).toBe(0);
  expect(await folder.state('mesh')).toMatchObject({ pid: up.pid });
  expect((await mesh.ask('echo', 'still up?')).success).toBe(true);
});

it('says what is missing when the folder has no @baton/runtime', async () => {
  await using folder = await meshFolder();
  await copyFile(fixture('patient.js'), join(folder.path, 'mine.js'));
  await copyFile(fixture('echo.ts'), join(folder.path, 'mine.ts'));
  for (const file of ['mine.js', 'mine.ts']) {
    const { status, stderr } = await folder.baton(['run', file]).finished;
    expect(status).toBe(10);
    expect(stderr).toContain(`${file} imports "@baton/runtime", which cannot be found from ${folder.path}`);
  }
});

it.each([
  ['nowhere.ts', 'does not exist'],
  ['./nowhere', 'does not exist'],
  ['.', 'is a folder, not a module'],
  ['@acme/nowhere', "cannot be resolved: Cannot find package '@acme/nowhere'"],
])('refuses %s before anything is started', async (specifier, reason) => {
  await using folder = await meshFolder();
  const { status, stderr } = await folder.baton(['run', specifier]).finished;
  expect(status).toBe(2);
  expect(stderr).toContain(`${JSON.stringify(specifier)} ${reason}`);
});

it.each(['0', 'two', '1001'])('refuses --replicas %s', async (replicas) => {
  await using folder = await meshFolder();
  const { status, stderr } = await folder.baton(['run', fixture('patient.js'), '--replicas', replicas])
    .finished;
  expect(status).toBe(2);
  expect(stderr).toContain(`--replicas "${replicas}" must be a whole number from 1 to 1000`);
});

it.each([
  ['nowhere.ts', 'does not exist'],
  [fixture('bad-name.js'), 'agent name "a.b"'],
  [fixture('no-agent.js'), 'has no default export'],
  [fixture('throws.js'), 'no database password'],
])('starts no broker for %s', async (module, reason) => {
  await using folder = await meshFolder();
  const { status, stdout, stderr } = await folder.baton(['run', module]).finished;
  expect(status).toBe(2);
  expect(stdout + stderr).not.toContain('broker');
  expect(stderr.trim().split('\n').at(-1)).toContain(reason);
});

it('says why a module that throws cannot be loaded, in one line', async () => {
  await using folder = await meshFolder();
  const { status, stderr } = await folder.baton(['run', fixture('throws.js')]).finished;
  expect(status).toBe(2);
  expect(stderr.trim().split('\n').at(-1)).toMatch(
    /^error INVALID_ARGUMENT: .*throws\.js cannot be loaded: no database password$/,
  );
});

it('passes on what the runtime says of an agent as it is', async () => {
  await using folder = await meshFolder({
    'mine.js': `import { BaseAgent, Skill } from '@baton/runtime';
class Needy extends Skill { dependencies = ['ledger']; }
export default new BaseAgent({ name: 'mine', skills: { needy: new Needy() } });`,
  });
  await installRuntime(folder);
  const { status, stderr } = await folder.baton(['run', 'mine.js']).finished;
  expect(status).toBe(2);
  expect(stderr).toContain('mine.js cannot be loaded: skill "needy" needs a skill "ledger"');
});

it('names file and line of a syntax error', async () => {
  const text =
    'import { BaseAgent } from "@baton/runtime";\nconst x = ;\nexport default new BaseAgent({});\n';
  await using folder = await meshFolder({ 'mine.js': text, 'mine.ts': text });
  await installRuntime(folder);
  const javaScript = await folder.baton(['run', 'mine.js']).finished;
  expect(javaScript.stderr).toContain("mine.js:2 cannot be loaded: SyntaxError: Unexpected token ';'");
  const typeScript = await folder.baton(['run', 'mine.ts']).finished;
  expect(typeScript.stderr).toMatch(/mine\.ts:2:\d+: ERROR: Unexpected ";"/);
});
