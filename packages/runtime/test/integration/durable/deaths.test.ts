import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { expect, inject, it } from 'vitest';
import { findNatsServer } from '../../../src/bus/broker/find.ts';
import { startNatsServer } from '../../../src/bus/broker/start.ts';
import { join } from '../../../src/mesh.ts';
import { joinDurable } from '../support/durable.ts';
import { startDurableWorker, type WorkerOptions } from '../support/durable-worker.ts';
import { newOwner } from '../support/mesh.ts';

const LONG = 60_000;

it('finishes what a killed worker had begun, and does its effect once', { timeout: LONG }, async () => {
  const owner = newOwner();
  const server = inject('broker');
  await using folder = await tempFolder();
  await using mesh = await joinDurable(owner);
  await using first = await startDurableWorker({ server, owner, effects: folder.file, hangs: true });
  const { id } = await mesh.submit('worker', 'go');
  await first.began;
  await using _second = await startDurableWorker({ server, owner, effects: folder.file });
  await first.kill();
  expect(await mesh.result(id, { wait: true })).toMatchObject({ success: true, response: 'go' });
  expect(await folder.lines()).toHaveLength(1);
  await mesh.whenQueued(0);
});

it('gives work up that kills its process, once, and none of its neighbours', { timeout: LONG }, async () => {
  const owner = newOwner();
  const server = inject('broker');
  await using folder = await tempFolder();
  await using mesh = await joinDurable(owner);
  const worker = await startDurableWorker({ server, owner, effects: folder.file });
  const bad = await mesh.submit('worker', 'exit');
  const good = await Promise.all(Array.from({ length: 4 }, (_, n) => mesh.submit('worker', `slow ${n}`)));
  const all = Promise.all([bad, ...good].map(({ id }) => mesh.result(id, { wait: true })));
  await worker.exited;
  const end = all.then(() => mesh.whenQueued(0));
  await keepWorkerUp({ server, owner, effects: folder.file }, end);
  const [result, ...answers] = await all;
  expect(result).toMatchObject({ success: false, error: { code: 'INTERNAL', deadLetter: true } });
  expect(answers.map(({ response }) => response)).toEqual(good.map((_, n) => `slow ${n}`));
  const letters = await mesh.deadLetters.list();
  expect(letters.map(({ id }) => id)).toEqual([bad.id]);
  expect(letters[0]?.attempts.map(({ end }) => end)).toEqual([undefined, undefined, undefined]);
});

it('goes on when the broker is killed and comes back in mid-run', { timeout: LONG }, async () => {
  const owner = newOwner();
  await using folder = await tempFolder();
  const binary = await findNatsServer();
  if (!binary) throw new Error('no nats-server');
  const storeDir = joinPath(folder.path, 'store');
  const first = await startNatsServer({ binary, storeDir });
  const port = Number(new URL(first.url).port);
  await using mesh = await join({ server: first.url, owner, durable: { ackWaitMs: 1000, resendMs: 1000 } });
  await using hanging = await startDurableWorker({
    server: first.url,
    owner,
    effects: folder.file,
    hangs: true,
  });
  const asked = mesh.ask('worker', 'go', { delivery: 'durable', id: 'mine' });
  await hanging.began;
  process.kill(first.pid, 'SIGKILL');
  await first.exited;
  await hanging.kill();
  // What is asked while the broker is away waits for it.
  const later = mesh.submit('worker', 'later', { id: 'later' });
  await using second = await startNatsServer({ binary, storeDir, port });
  await using _worker = await startDurableWorker({ server: second.url, owner, effects: folder.file });
  expect(await asked).toMatchObject({ success: true, response: 'go' });
  expect(await later).toEqual({ id: 'later' });
  expect(await mesh.result('later', { wait: true })).toMatchObject({ response: 'later' });
  expect(await folder.lines()).toHaveLength(2);
});

/** As a supervisor does: starts a worker whenever there is none, until `end`. */
async function keepWorkerUp(options: WorkerOptions, end: Promise<unknown>): Promise<void> {
  let isOver = false;
  const over = end.then(() => {
    isOver = true;
  });
  while (!isOver) {
    await using worker = await startDurableWorker(options);
    await Promise.race([worker.exited, over]);
  }
}

async function tempFolder() {
  const path = await mkdtemp(joinPath(tmpdir(), 'baton-durable-'));
  const file = joinPath(path, 'effects');
  return {
    path,
    file,
    lines: async () => (await readFile(file, 'utf8')).trim().split('\n'),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
