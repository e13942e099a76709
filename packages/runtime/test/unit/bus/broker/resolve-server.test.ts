import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeBrokerFile } from '../../../../src/bus/broker/broker-file.ts';
import { resolveServer } from '../../../../src/bus/broker/resolve-server.ts';
import { tempFolder } from './temp-folder.ts';

const running = { url: 'nats://127.0.0.1:34567', pid: process.pid };
const env = { NATS_URL: 'nats://named:4222' };

describe('which broker to use', () => {
  it('is the option first, then NATS_URL, then the one that runs here', async () => {
    await using folder = await tempFolder();
    await writeBrokerFile(folder.path, running);
    const cwd = folder.path;
    expect(await resolveServer({ server: 'nats://given', env, cwd })).toEqual({
      url: 'nats://given',
      from: 'option',
    });
    expect(await resolveServer({ env, cwd })).toEqual({ url: 'nats://named:4222', from: 'NATS_URL' });
    expect(await resolveServer({ env: {}, cwd })).toEqual({ url: running.url, from: 'broker file' });
  });

  it('takes empty names for none', async () => {
    await using folder = await tempFolder();
    await writeBrokerFile(folder.path, running);
    const resolved = await resolveServer({ server: ' ', env: { NATS_URL: '' }, cwd: folder.path });
    expect(resolved.from).toBe('broker file');
  });

  it('is never guessed: without any the error says what to do', async () => {
    await using folder = await tempFolder();
    await expect(resolveServer({ env: {}, cwd: folder.path })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/npx baton up.*NATS_URL.*--server/),
    });
  });

  it('does not read a damaged broker file when a broker was named', async () => {
    await using folder = await tempFolder();
    await mkdir(join(folder.path, '.baton'));
    await writeFile(join(folder.path, '.baton/broker.json'), 'damaged');
    expect((await resolveServer({ env, cwd: folder.path })).from).toBe('NATS_URL');
    await expect(resolveServer({ env: {}, cwd: folder.path })).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
    });
  });
});
