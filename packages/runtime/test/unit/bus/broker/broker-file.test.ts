import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBrokerFile, removeBrokerFile, writeBrokerFile } from '../../../../src/bus/broker/broker-file.ts';
import { tempFolder } from './temp-folder.ts';

const url = 'nats://127.0.0.1:34567';

/** The id of a process that has ended. */
const deadPid = () => spawnSync('true').pid;

describe('the broker file', () => {
  it('holds exactly the address and the process', async () => {
    await using folder = await tempFolder();
    await writeBrokerFile(folder.path, { url, pid: process.pid, more: 1 } as { url: string; pid: number });
    const text = await readFile(join(folder.path, '.baton/broker.json'), 'utf8');
    expect(JSON.parse(text)).toEqual({ url, pid: process.pid });
  });

  it('is replaced in one step and leaves nothing else behind', async () => {
    await using folder = await tempFolder();
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => writeBrokerFile(folder.path, { url: `${url}${n}`, pid: 1 })),
    );
    expect(await readdir(join(folder.path, '.baton'))).toEqual(['broker.json']);
    expect(await findBrokerFile(folder.path)).toMatchObject({ pid: 1 });
  });

  it('is found from a folder below, the nearest first', async () => {
    await using folder = await tempFolder();
    const inner = join(folder.path, 'a');
    const below = join(inner, 'b/c');
    await mkdir(below, { recursive: true });
    await writeBrokerFile(folder.path, { url: `${url}1`, pid: process.pid });
    expect(await findBrokerFile(below)).toEqual({ url: `${url}1`, pid: process.pid, folder: folder.path });
    await writeBrokerFile(inner, { url: `${url}2`, pid: process.pid });
    expect(await findBrokerFile(below)).toMatchObject({ url: `${url}2`, folder: inner });
  });

  it('is passed over, and left alone, when its process is gone', async () => {
    await using folder = await tempFolder();
    const inner = join(folder.path, 'a');
    await writeBrokerFile(folder.path, { url, pid: process.pid });
    await writeBrokerFile(inner, { url: 'nats://stale', pid: deadPid() });
    expect(await findBrokerFile(inner)).toMatchObject({ url, folder: folder.path });
    expect((await stat(join(inner, '.baton/broker.json'))).isFile()).toBe(true);
  });

  it.each([
    'not json',
    '{}',
    'null',
    '[]',
    '{"url":"","pid":1}',
    '{"url":"nats://x","pid":"7"}',
    '{"url":"nats://x","pid":-1}',
  ])('is refused by its path when it holds %s', async (text) => {
    await using folder = await tempFolder();
    const path = join(folder.path, '.baton/broker.json');
    await mkdir(join(folder.path, '.baton'));
    await writeFile(path, text);
    await expect(findBrokerFile(folder.path)).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: expect.stringContaining(path),
    });
  });

  it('is gone after it was removed, and may be removed again', async () => {
    await using folder = await tempFolder();
    await writeBrokerFile(folder.path, { url, pid: process.pid });
    await removeBrokerFile(folder.path);
    await removeBrokerFile(folder.path);
    expect(await findBrokerFile(folder.path)).toBeUndefined();
  });
});
