import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mesh } from '@baton/runtime';
import { expect, it } from 'vitest';
import { fixture, meshFile, meshFolder } from '../support/mesh-folder.ts';
import { childrenOf, processesOf, whenGone } from '../support/process.ts';
import { whenMesh } from '../support/test-mesh.ts';

const pidsOf = (mesh: Mesh, agent: string) =>
  mesh
    .instances()
    .filter((instance) => instance.agent === agent)
    .map(({ details }) => details?.pid ?? 0);

it('brings up every replica as a process of its own, and takes everything down on Ctrl-C', async () => {
  await using folder = await meshFolder({
    'mesh.yaml': meshFile({ echo: ['echo.ts', 2], patient: ['patient.js'] }),
  });
  const up = await folder.up();
  const mesh = await folder.join();
  const pids = [...pidsOf(mesh, 'echo'), ...pidsOf(mesh, 'patient')];
  expect(new Set([up.pid, ...pids]).size).toBe(4);
  expect(up.stdout()).toMatch(/^up nats:\/\/127\.0\.0\.1:\d+ agents=2 processes=3$/m);
  expect(await folder.state('mesh')).toMatchObject({ pid: up.pid, meshFile: join(folder.path, 'mesh.yaml') });
  const broker = await folder.state('broker');
  await mesh.close();

  up.interrupt();
  expect((await up.finished).status).toBe(0);
  await whenGone([...pids, broker?.pid ?? 0]);
  expect(await folder.state('broker')).toBeUndefined();
  expect(await folder.state('mesh')).toBeUndefined();
});

it('shows the log lines of each replica under its name, as JSON in a pipe', async () => {
  await using folder = await meshFolder({ 'mesh.yaml': meshFile({ echo: ['echo.ts'] }) });
  const up = await folder.up();
  // What a replica says and that it is up come by two ways.
  await up.shows(/^echo\.1 +\| .*\n/m);
  const [, line = ''] = /^echo\.1 +\| (.*)$/m.exec(up.stdout()) ?? [];
  expect(JSON.parse(line)).toMatchObject({ agent: 'echo', msg: 'agent is up' });
});

it('starts a replica that was killed again, while another answers', async () => {
  await using folder = await meshFolder({ 'mesh.yaml': meshFile({ echo: ['echo.ts', 2] }) });
  const up = await folder.up();
  const mesh = await folder.join();
  const [victim = 0, survivor = 0] = pidsOf(mesh, 'echo');
  process.kill(victim, 'SIGKILL');
  await up.shows(/echo\.\d ended unasked \(SIGKILL\); starts again in 100 ms/);
  const answers = await Promise.all(['a', 'b', 'c'].map((question) => mesh.ask('echo', question)));
  for (const { success, response } of answers) {
    expect(success).toBe(true);
    expect(response).not.toContain(String(victim));
  }
  await whenMesh(mesh, () => {
    const pids = pidsOf(mesh, 'echo');
    return pids.length === 2 && pids.every((pid) => pid > 0 && pid !== victim) && pids.includes(survivor);
  });
});

it('finishes an answer in progress on Ctrl-C', async () => {
  await using folder = await meshFolder({ 'mesh.yaml': meshFile({ patient: ['patient.js'] }) });
  const gate = join(folder.path, 'gate');
  const up = await folder.up(['up'], { env: { GATE: gate } });
  const mesh = await folder.join();
  const texts: string[] = [];
  for await (const event of mesh.stream('patient', 'hello')) {
    if (event.type === 'text') texts.push(event.text);
    if (texts.length === 1 && event.type === 'text') {
      up.interrupt();
      await whenMesh(mesh, () => mesh.instances().some(({ state }) => state === 'draining'));
      await folder.write('gate', '');
    }
    if (event.type === 'result')
      expect(event.result).toMatchObject({ success: true, response: 'begun, done' });
  }
  expect(texts).toEqual(['begun, ', 'done']);
  await mesh.close();
  expect((await up.finished).status).toBe(0);
});

it('ends at once at a second Ctrl-C, and leaves nothing behind', async () => {
  await using folder = await meshFolder({ 'mesh.yaml': meshFile({ patient: ['patient.js'] }) });
  const up = await folder.up(['up'], { env: { GATE: join(folder.path, 'never') } });
  const mesh = await folder.join();
  const pids = [...pidsOf(mesh, 'patient'), (await folder.state('broker'))?.pid ?? 0];
  // The stream is not left: an answer nobody waits for would be stopped, and the drain be over at once.
  const answer = mesh.stream('patient', 'hello')[Symbol.asyncIterator]();
  expect((await answer.next()).value).toEqual({ type: 'text', text: 'begun, ' });
  up.interrupt();
  await whenMesh(mesh, () => mesh.instances().some(({ state }) => state === 'draining'));
  // One Ctrl-C may arrive twice: only what comes half a second later is a second one.
  const impatience = setInterval(() => up.interrupt(), 600);
  expect((await up.finished).status).toBe(130);
  clearInterval(impatience);
  await whenGone(pids);
  expect(await folder.state('mesh')).toBeUndefined();
  expect(await folder.state('broker')).toBeUndefined();
});

it('leaves no agent behind when the supervisor is killed, and comes up again in the same folder', async () => {
  await using folder = await meshFolder({ 'mesh.yaml': meshFile({ echo: ['echo.ts', 2] }) });
  const up = await folder.up();
  const agents = childrenOf(up.pid).filter((pid) => processesOf('agent-process').includes(pid));
  expect(agents).toHaveLength(2);
  const orphan = (await folder.state('broker'))?.pid ?? 0;
  process.kill(up.pid, 'SIGKILL');
  await whenGone(agents);

  const again = await folder.up();
  await whenGone([orphan]);
  expect(again.stdout()).toContain('agents=1 processes=2');
  const mesh = await folder.join();
  expect((await mesh.ask('echo', 'still there?')).success).toBe(true);
});

it('starts the broker again at the same address when it ends unasked', async () => {
  await using folder = await meshFolder({ 'mesh.yaml': meshFile({ echo: ['echo.ts'] }) });
  const up = await folder.up();
  const before = await folder.state('broker');
  process.kill(before?.pid ?? 0, 'SIGKILL');
  await up.shows('the broker is up again');
  const after = await folder.state('broker');
  expect(after?.url).toBe(before?.url);
  expect(after?.pid).not.toBe(before?.pid);
  const mesh = await folder.join();
  await whenMesh(mesh, () => mesh.instances().length === 1);
  expect((await mesh.ask('echo', 'hello')).success).toBe(true);
});

it('refuses a second mesh in the same folder and leaves the first one alone', async () => {
  await using folder = await meshFolder({ 'mesh.yaml': meshFile({ echo: ['echo.ts'] }) });
  const up = await folder.up();
  for (const args of [['up'], ['up', '--detach']]) {
    const { status, stderr } = await folder.baton(args).finished;
    expect(status).toBe(10);
    expect(stderr).toContain(`a mesh is already up here (pid ${up.pid}`);
    expect(stderr).toContain('baton down');
  }
  expect((await folder.baton(['ask', 'echo', 'hello']).finished).status).toBe(0);
});

it('leaves the mesh running with --detach, with its log as JSON in .baton/logs', async () => {
  await using folder = await meshFolder({ 'mesh.yaml': meshFile({ echo: ['echo.ts', 2] }) });
  const { status, stdout } = await folder.baton(['up', '--detach']).finished;
  expect(status).toBe(0);
  expect(stdout).toContain('agents=1 processes=2');
  expect((await folder.baton(['ask', 'echo', 'hello']).finished).stdout).toMatch(/^\d+ hears: hello\n$/);
  const log = await readFile(join(folder.path, '.baton', 'logs', 'mesh.log'), 'utf8');
  const messages = log
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).msg);
  expect(messages).toContain('agent is up');
});

it('uses a broker that is named, and starts none', async () => {
  await using host = await meshFolder({ 'mesh.yaml': meshFile({ patient: ['patient.js'] }) });
  await host.up();
  const url = (await host.state('broker'))?.url ?? '';
  await using guest = await meshFolder({ 'mesh.yaml': meshFile({ echo: ['echo.ts'] }) });
  await guest.up(['up', '--server', url]);
  expect(await guest.state('broker')).toBeUndefined();
  expect((await host.baton(['ask', 'echo', 'hello']).finished).stdout).toContain('hears: hello');
});

it('asks the questions of the mesh file, then ends with --once', async () => {
  const questions = 'try:\n  - { ask: echo, question: "one?" }\n  - { ask: echo, question: "two?" }\n';
  await using folder = await meshFolder({ 'mesh.yaml': meshFile({ echo: ['echo.ts'] }) + questions });
  const { status, stdout } = await folder.baton(['up', '--try', '--once']).finished;
  expect(status).toBe(0);
  const said = stdout.replace(/\d+ hears/g, 'N hears').replace(/\d\.\d\d s/g, 'T s');
  expect(said.slice(said.indexOf('>'))).toBe(
    '> one?\nN hears: one?\necho  T s\n\n> two?\nN hears: two?\necho  T s\n\n',
  );
  expect(await folder.state('broker')).toBeUndefined();
});

it('ends with status 1 and the reason when a question of --once has no answer', async () => {
  const questions = 'try:\n  - { ask: broken, question: "one?" }\n';
  await using folder = await meshFolder({
    'mesh.yaml': meshFile({ broken: ['broken-model.js'] }) + questions,
  });
  const { status, stdout, stderr } = await folder.baton(['up', '--once']).finished;
  expect(status).toBe(1);
  expect(stdout).toContain('the model is out of order');
  expect(stderr).toMatch(/1 of 1 questions had no answer: "one\?".*the model is out of order/);
});

it.each([
  ['no-agent.js', 'no-agent.js has no default export'],
  ['echo.ts', 'exports the agent "echo", but the mesh file calls it "wrong"'],
  ['bad-name.js', 'agent name "a.b" must be 1 to 63 characters'],
  ['throws.js', 'throws.js cannot be loaded: no database password'],
])(
  'does not come up with the module %s: it says why, once, and stops what it started',
  async (file, reason) => {
    await using folder = await meshFolder({ 'mesh.yaml': meshFile({ echo: ['echo.ts'], wrong: [file] }) });
    const { status, stderr } = await folder.baton(['up', '--log-level', 'silent']).finished;
    expect(status).toBe(2);
    expect(stderr).toContain(`error INVALID_ARGUMENT: mesh.yaml:6: agent "wrong": `);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('    at ');
    expect(processesOf(folder.path)).toEqual([]);
    expect(existsSync(join(folder.path, '.baton', 'broker.json'))).toBe(false);
  },
);

it('names line and key of a mistake in the mesh file before anything is started', async () => {
  await using folder = await meshFolder({
    'mesh.yaml': `agents:\n  echo:\n    modul: ${fixture('echo.ts')}\n`,
  });
  const { status, stderr } = await folder.baton(['up']).finished;
  expect(status).toBe(2);
  expect(stderr).toContain('mesh.yaml:3: "agents.echo" takes no key "modul" (did you mean "module"?)');
  expect(existsSync(join(folder.path, '.baton'))).toBe(false);
});

it('says why a detached mesh did not come up, and where its log is', async () => {
  await using folder = await meshFolder({ 'mesh.yaml': meshFile({ wrong: ['throws.js'] }) });
  const { status, stderr } = await folder.baton(['up', '--detach']).finished;
  expect(status).toBe(2);
  expect(stderr).toContain('no database password');
  expect(stderr).toContain('(the log is .baton/logs/mesh.log)');
});
