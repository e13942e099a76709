import { expect, it } from 'vitest';
import { fixture, meshFile, meshFolder } from '../support/mesh-folder.ts';
import { whenMesh } from '../support/test-mesh.ts';

it('starts and stops replicas of a running mesh', async () => {
  await using folder = await meshFolder({
    'mesh.yaml': meshFile({ echo: ['echo.ts'], patient: ['patient.js'] }),
  });
  await folder.up();
  const mesh = await folder.join();
  const count = (agent: string) => mesh.instances().filter((instance) => instance.agent === agent).length;

  const more = await folder.baton(['scale', 'echo=3']).finished;
  expect(more).toMatchObject({ status: 0, stdout: 'echo 1 -> 3\n' });
  await whenMesh(mesh, () => count('echo') === 3);

  const both = await folder.baton(['scale', 'echo=1', 'patient=0', '--json']).finished;
  expect(
    both.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { agent: 'echo', before: 3, after: 1 },
    { agent: 'patient', before: 1, after: 0 },
  ]);
  await whenMesh(mesh, () => count('echo') === 1 && count('patient') === 0);
});

it('reaches the supervisor that runs the agent when several are on the mesh', async () => {
  await using folder = await meshFolder({ 'mesh.yaml': meshFile({ echo: ['echo.ts'] }) });
  await folder.up();
  await folder.up(['run', fixture('patient.js')]);
  expect((await folder.baton(['scale', 'echo=2', 'patient=2']).finished).stdout).toBe(
    'echo 1 -> 2\npatient 1 -> 2\n',
  );
});

it('reaches the agents of another owner by owner/agent', async () => {
  await using folder = await meshFolder({
    'mesh.yaml': `owner: acme\n${meshFile({ patient: ['patient.js'] })}`,
  });
  await folder.up();
  expect((await folder.baton(['scale', 'acme/patient=2']).finished).stdout).toBe('patient 1 -> 2\n');
});

it('names the agents there are when asked for another', async () => {
  await using folder = await meshFolder({
    'mesh.yaml': meshFile({ echo: ['echo.ts'], patient: ['patient.js'] }),
  });
  await folder.up();
  const { status, stderr } = await folder.baton(['scale', 'ecko=2']).finished;
  expect(status).toBe(3);
  expect(stderr).toContain(
    'no agent "ecko" is supervised here (did you mean "echo"?); there are: echo, patient',
  );
});

it('changes nothing when one of several agents is unknown, or there twice', async () => {
  await using folder = await meshFolder({ 'mesh.yaml': meshFile({ patient: ['patient.js'] }) });
  await folder.up();
  const unknown = await folder.baton(['scale', 'patient=2', 'nope=1', '--json']).finished;
  expect(unknown.status).toBe(3);
  expect(JSON.parse(unknown.stdout)).toMatchObject({ error: { code: 'NOT_FOUND', retryable: false } });
  const twice = await folder.baton(['scale', 'patient=0', 'default/patient=2']).finished;
  expect(twice).toMatchObject({ status: 2, stdout: '' });
  expect(twice.stderr).toContain('the agent "patient" is there twice');
  expect((await folder.baton(['scale', 'patient=1']).finished).stdout).toBe('patient 1 -> 1\n');
});

it('keeps the replicas it had when a new one does not come up', async () => {
  await using folder = await meshFolder();
  await folder.write('agent.js', `export { default } from ${JSON.stringify(fixture('patient.js'))};`);
  await folder.write('mesh.yaml', 'agents:\n  patient:\n    module: ./agent.js\n');
  await folder.up();
  await folder.write('agent.js', 'throw new Error("edited too early");');
  const { status, stderr } = await folder.baton(['scale', 'patient=3']).finished;
  expect(status).toBe(2);
  expect(stderr).toContain('mesh.yaml:2: agent "patient": agent.js cannot be loaded: edited too early');
  expect((await folder.baton(['scale', 'patient=1']).finished).stdout).toBe('patient 1 -> 1\n');
});

it.each(['echo', 'echo=-1', 'echo=1001', '>=1'])('refuses %s', async (change) => {
  await using folder = await meshFolder();
  const { status, stderr } = await folder.baton(['scale', change]).finished;
  expect(status).toBe(2);
  expect(stderr).toContain(JSON.stringify(change));
});

it('says what to do when no mesh is up', async () => {
  await using folder = await meshFolder();
  const { status, stderr } = await folder.baton(['scale', 'echo=2']).finished;
  expect(status).toBe(4);
  expect(stderr).toContain('npx baton up');
});
