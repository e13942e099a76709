import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { installNatsServer } from '../../../src/broker/install.ts';
import { verified } from '../../../src/broker/install-release.ts';
import type { NatsServerSource } from '../../../src/broker/source.ts';

async function tempFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'baton-test-')));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A source whose program prints that it is nats-server of that version. */
const serving = (version: string): NatsServerSource => ({
  name: `test ${version}`,
  fetch: async (work, log) => {
    log(`fetching ${version}`);
    const path = join(work, 'fetched');
    await writeFile(path, `#!/bin/sh\necho "nats-server: v${version}"\n`);
    await chmod(path, 0o644);
    return path;
  },
});

const failing = (name: string, reason: string): NatsServerSource => ({
  name,
  fetch: () => Promise.reject(new Error(reason)),
});

describe('fetching a nats-server', () => {
  it('puts it in place, executable, from the first source that has one', async () => {
    await using folder = await tempFolder();
    const lines: string[] = [];
    const binary = await installNatsServer({
      folder: folder.path,
      log: (line) => lines.push(line),
      sources: [failing('nowhere', 'not today'), serving('2.15.1'), serving('9.9.9')],
    });
    const path = join(folder.path, '.baton/nats-server/nats-server');
    expect(binary).toEqual({ path, version: '2.15.1', source: 'baton' });
    expect(lines).toEqual(['fetching 2.15.1']);
  });

  it('leaves nothing but the program behind, in success and in failure', async () => {
    await using folder = await tempFolder();
    const options = { folder: folder.path, log: () => undefined };
    const home = join(folder.path, '.baton/nats-server');
    await expect(installNatsServer({ ...options, sources: [failing('a', 'no')] })).rejects.toThrow();
    expect(await readdir(home)).toEqual([]);
    await installNatsServer({ ...options, sources: [serving('2.15.1')] });
    expect(await readdir(home)).toEqual(['nats-server']);
  });

  it('goes on to the next source when what it got is too old', async () => {
    await using folder = await tempFolder();
    const sources = [serving('2.9.10'), serving('2.10.27')];
    const binary = await installNatsServer({ folder: folder.path, log: () => undefined, sources });
    expect(binary.version).toBe('2.10.27');
  });

  it('may happen several times at once in one folder', async () => {
    await using folder = await tempFolder();
    const options = { folder: folder.path, log: () => undefined, sources: [serving('2.15.1')] };
    await Promise.all(Array.from({ length: 8 }, () => installNatsServer(options)));
    const path = join(folder.path, '.baton/nats-server/nats-server');
    expect(await readFile(path, 'utf8')).toContain('2.15.1');
    expect(await readdir(join(folder.path, '.baton/nats-server'))).toEqual(['nats-server']);
  });

  it('tells the reason of every source, and what to do, when none has it', async () => {
    await using folder = await tempFolder();
    const sources = [failing('Debian sid', 'no such host'), failing('release 1', 'HTTP status 404')];
    await expect(
      installNatsServer({ folder: folder.path, log: () => undefined, sources }),
    ).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(
        /Debian sid: no such host; release 1: HTTP status 404.*Get nats-server.*docker run/,
      ),
    });
  });
});

describe('a release archive', () => {
  it('is taken only with the checksum that was published', () => {
    const archive = Buffer.from('an archive');
    const sha256 = createHash('sha256').update(archive).digest('hex');
    expect(verified(archive, sha256)).toBe(archive);
    expect(() => verified(Buffer.from('another'), sha256)).toThrow(`not ${sha256}`);
  });
});
