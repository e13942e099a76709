import { readFile } from 'node:fs/promises';
import { join as joinPath } from 'node:path';
import type { Mesh } from '@baton/runtime';
import { expect, it } from 'vitest';
import { fixture, type MeshFolder, meshFolder } from '../support/mesh-folder.ts';
import { whenMesh } from '../support/test-mesh.ts';

/** One instance takes 16 at a time and is to be busy to 70 %: 40 ask for four. */
const QUESTIONS = [...numbered('early', 32), ...numbered('late', 8)];

it('starts processes while durable work waits, and stops them again without losing any', async () => {
  await using folder = await heldMesh('scale: { min: 1, max: 4, cooldown: 1s }');
  await folder.up();
  const mesh = await folder.join();
  const taking = () => mesh.instances().filter(({ state }) => state === 'ready' || state === 'busy').length;
  const runs = await submitAll(mesh);
  await whenMesh(mesh, () => taking() === 4);
  await folder.write('early', '');
  // What came last was taken by those that came last, and they are the first to go.
  await whenMesh(mesh, () => taking() === 1);
  expect(mesh.instances().filter(({ state }) => state === 'draining')).not.toEqual([]);
  await folder.write('late', '');
  const results = await Promise.all(runs.map(({ id }) => mesh.result(id, { wait: true })));
  expect(results.map(({ success, response }) => [success, response])).toEqual(
    QUESTIONS.map(() => [true, 'begun, done']),
  );
  const done = (await readFile(joinPath(folder.path, 'done'), 'utf8')).trim().split('\n');
  expect(done.sort()).toEqual([...QUESTIONS].sort());
  await whenMesh(mesh, () => mesh.instances().length === 1);
});

it('scales a mesh from beside it, and tells others what it goes by', async () => {
  await using folder = await heldMesh('replicas: 1');
  await folder.write('scaled.yaml', heldFile(folder, 'scale: { max: 4 }'));
  await folder.up();
  const mesh = await folder.join();
  await submitAll(mesh);
  await whenMesh(mesh, () => mesh.instances()[0]?.inFlight === 16);
  const { stdout } = await folder.baton(['ps', '--load', '--json']).finished;
  const load = { instances: 1, inFlight: 16, capacity: 16, busyShare: 1, waiting: 24, queueDepth: 40 };
  expect(JSON.parse(stdout)).toEqual([{ agent: 'held', owner: 'default', ...load }]);

  const once = await folder.baton(['autoscale', '--mesh', 'scaled.yaml', '--once', '--json']).finished;
  expect(once.status).toBe(0);
  expect(JSON.parse(once.stdout)).toMatchObject({
    agent: 'held',
    before: 1,
    after: 2,
    wanted: 4,
    capacity: 16,
  });
  const scaling = folder.baton(['autoscale', 'held', '--mesh', 'scaled.yaml']);
  await scaling.shows('held 2 -> 4 (wanted 4: ');
  scaling.interrupt();
  expect((await scaling.finished).status).toBe(0);
  await folder.write('early', '');
  await folder.write('late', '');
});

it('says what is wrong with what it is asked to scale', async () => {
  await using folder = await heldMesh('replicas: 1');
  await folder.write('scaled.yaml', heldFile(folder, 'scale: { max: 4 }'));
  const asked = (...args: string[]) => folder.baton(['autoscale', ...args]).finished;
  const [none, unknown, noMesh] = await Promise.all([
    asked(),
    asked('hold', '--mesh', 'scaled.yaml'),
    asked('--mesh', 'scaled.yaml'),
  ]);
  expect(none.status).toBe(2);
  expect(none.stderr).toContain('mesh.yaml gives no agent a "scale"');
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toContain('no "scale" for an agent "hold" (did you mean "held"?)');
  expect(noMesh.status).toBe(4);
});

async function heldMesh(more: string): Promise<MeshFolder> {
  const folder = await meshFolder();
  await folder.write('mesh.yaml', heldFile(folder, more));
  return folder;
}

/** Beats come fast, so that the test need not wait for them. */
function heldFile({ path }: MeshFolder, more: string): string {
  const module = JSON.stringify(fixture('held.js'));
  const env = `{ GATES: ${JSON.stringify(path)} }`;
  return `heartbeat: 300ms\nagents:\n  held:\n    module: ${module}\n    env: ${env}\n    ${more}\n`;
}

function submitAll(mesh: Mesh): Promise<{ readonly id: string }[]> {
  return Promise.all(QUESTIONS.map((question) => mesh.submit('held', question)));
}

function numbered(word: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${word} ${at}`);
}
