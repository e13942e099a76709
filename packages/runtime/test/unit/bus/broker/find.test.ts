import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FindOptions, findNatsServer } from '../../../../src/bus/broker/find.ts';
import { MIN_NATS_SERVER } from '../../../../src/bus/broker/version.ts';
import { fakeProgram, fakeServer, tempFolder } from './temp-folder.ts';

const NEWEST = '99.0.0';

/** The search as on a machine that has nothing in its system folders. */
const find = (options: FindOptions) => findNatsServer({ systemFolders: [], ...options });

describe('finding a nats-server', () => {
  it('takes the one BATON_NATS_SERVER names before any other', async () => {
    await using folder = await tempFolder();
    const named = await fakeServer(join(folder.path, 'mine'), '2.11.0');
    await fakeServer(join(folder.path, 'bin/nats-server'), NEWEST);
    const env = { BATON_NATS_SERVER: named, PATH: join(folder.path, 'bin') };
    expect(await find({ env, from: folder.path })).toEqual({
      path: named,
      version: '2.11.0',
      source: 'env',
    });
  });

  it('reads a relative BATON_NATS_SERVER from the folder it searches', async () => {
    await using folder = await tempFolder();
    const path = await fakeServer(join(folder.path, 'tools/mine'), '2.11.0');
    const found = await find({ env: { BATON_NATS_SERVER: 'tools/mine' }, from: folder.path });
    expect(found?.path).toBe(path);
  });

  it('takes the one on the PATH before the one it fetched', async () => {
    await using folder = await tempFolder();
    const path = await fakeServer(join(folder.path, 'bin/nats-server'), NEWEST);
    await fakeServer(join(folder.path, '.baton/nats-server/nats-server'), '2.15.1');
    const found = await find({ env: { PATH: join(folder.path, 'bin') }, from: folder.path });
    expect(found).toEqual({ path, version: NEWEST, source: 'path' });
  });

  it('passes over one on the PATH that is too old or no server, and takes the next', async () => {
    await using folder = await tempFolder();
    await fakeServer(join(folder.path, 'old/nats-server'), '2.9.10');
    await fakeProgram(join(folder.path, 'broken/nats-server'), 'exit 3');
    const path = await fakeServer(join(folder.path, 'new/nats-server'), MIN_NATS_SERVER);
    const PATH = ['old', 'broken', 'missing', 'new'].map((name) => join(folder.path, name)).join(':');
    const found = await find({ env: { PATH }, from: folder.path });
    expect(found).toEqual({ path, version: MIN_NATS_SERVER, source: 'path' });
  });

  it('gives nothing when nothing is there', async () => {
    await using folder = await tempFolder();
    expect(await find({ env: { PATH: '' }, from: folder.path })).toBeUndefined();
  });

  it('looks where packages put servers though it is not on the PATH', async () => {
    await using folder = await tempFolder();
    const path = await fakeServer(join(folder.path, 'sbin/nats-server'), '2.15.1');
    const systemFolders = [join(folder.path, 'sbin')];
    expect(await find({ env: {}, from: folder.path, systemFolders })).toMatchObject({ path, source: 'path' });
  });
});

describe('a nats-server that Baton fetched', () => {
  it('is found from a folder below', async () => {
    await using folder = await tempFolder();
    const path = await fakeServer(join(folder.path, '.baton/nats-server/nats-server'), NEWEST);
    const below = join(folder.path, 'a/b/c');
    await mkdir(below, { recursive: true });
    const found = await find({ env: { PATH: '' }, from: below });
    expect(found).toEqual({ path, version: NEWEST, source: 'baton' });
  });

  it('is passed over when it is too old', async () => {
    await using folder = await tempFolder();
    await fakeServer(join(folder.path, '.baton/nats-server/nats-server'), '2.10.22');
    expect(await find({ env: {}, from: folder.path })).toBeUndefined();
  });
});

describe('a BATON_NATS_SERVER that does not serve', () => {
  const refusal = async (env: NodeJS.ProcessEnv, from: string) => {
    return expect(find({ env, from })).rejects;
  };

  it('is refused by name when it is missing', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'gone');
    await (await refusal({ BATON_NATS_SERVER: path }, folder.path)).toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: expect.stringMatching(
        new RegExp(`BATON_NATS_SERVER names ${path}, which does not exist.*${MIN_NATS_SERVER}`),
      ),
    });
  });

  it('is refused when it cannot be run', async () => {
    await using folder = await tempFolder();
    const path = join(folder.path, 'text');
    await writeFile(path, 'not a program', { mode: 0o644 });
    await (await refusal({ BATON_NATS_SERVER: path }, folder.path)).toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: expect.stringContaining('cannot be run (EACCES)'),
    });
  });

  it('is refused when it is another program', async () => {
    await using folder = await tempFolder();
    const path = await fakeProgram(join(folder.path, 'other'), 'echo hello');
    await (await refusal({ BATON_NATS_SERVER: path }, folder.path)).toMatchObject({
      message: expect.stringContaining('prints no nats-server version'),
    });
  });

  it('is refused when it is too old, unless an old one was asked for', async () => {
    await using folder = await tempFolder();
    const path = await fakeServer(join(folder.path, 'old'), '2.9.10');
    await (await refusal({ BATON_NATS_SERVER: path }, folder.path)).toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: expect.stringContaining('nats-server 2.9.10'),
    });
    const env = { BATON_NATS_SERVER: path, BATON_ALLOW_OLD_NATS_SERVER: '1' };
    expect(await find({ env, from: folder.path })).toMatchObject({ version: '2.9.10' });
  });
});
