import { access, readdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { findNatsServer, type NatsServerBinary } from '../../../src/bus/broker/find.ts';
import { installHint } from '../../../src/bus/broker/install-hint.ts';
import { startNatsServer } from '../../../src/bus/broker/start.ts';
import { fakeProgram, tempFolder } from '../../unit/bus/broker/temp-folder.ts';

async function installed(): Promise<NatsServerBinary> {
  const binary = await findNatsServer();
  if (!binary) throw new Error(installHint());
  return binary;
}

/** What the server says of itself to whoever connects. */
function greeting(url: string): Promise<Record<string, unknown>> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    socket.setTimeout(2_000, () => socket.destroy(new Error(`${url} says nothing`)));
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.destroy();
      const line = data.toString('utf8').split('\r\n')[0] ?? '';
      resolve(JSON.parse(line.replace(/^INFO /, '')) as Record<string, unknown>);
    });
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('the embedded broker', () => {
  it('starts on a free loopback port with JetStream and says so to a raw connection', async () => {
    await using folder = await tempFolder();
    const binary = await installed();
    await using server = await startNatsServer({ binary, storeDir: folder.path, name: 'my-broker' });
    expect(server.url).toMatch(/^nats:\/\/127\.0\.0\.1:\d+$/);
    expect(await greeting(server.url)).toMatchObject({
      server_name: 'my-broker',
      version: binary.version,
      jetstream: true,
      host: '127.0.0.1',
    });
    expect(isAlive(server.pid)).toBe(true);
  });

  it('runs beside another one on a port of its own', async () => {
    await using folder = await tempFolder();
    const binary = await installed();
    const start = (name: string) => startNatsServer({ binary, storeDir: join(folder.path, name) });
    const [a, b] = await Promise.all([start('a'), start('b')]);
    await using _a = a;
    await using _b = b;
    expect(a.url).not.toBe(b.url);
    expect((await greeting(a.url)).server_id).not.toBe((await greeting(b.url)).server_id);
  });

  it('stops cleanly, once, however often it is asked, and leaves no process', async () => {
    await using folder = await tempFolder();
    const server = await startNatsServer({ binary: await installed(), storeDir: folder.path });
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(isAlive(server.pid)).toBe(false);
    await expect(greeting(server.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('keeps its data over a restart and its log where it was told', async () => {
    await using folder = await tempFolder();
    const binary = await installed();
    const options = {
      binary,
      storeDir: join(folder.path, 'store'),
      logFile: join(folder.path, 'logs/nats.log'),
    };
    for (let run = 0; run < 2; run += 1) {
      const server = await startNatsServer(options);
      await server.stop();
    }
    await access(options.logFile);
    expect(await readdir(options.storeDir)).toEqual(['jetstream']);
  });

  it('tells when it dies by itself', async () => {
    await using folder = await tempFolder();
    await using server = await startNatsServer({ binary: await installed(), storeDir: folder.path });
    process.kill(server.pid, 'SIGKILL');
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
    await server.stop();
  });

  it('runs in a process group of its own, out of reach of a Ctrl-C', async () => {
    await using folder = await tempFolder();
    await using server = await startNatsServer({ binary: await installed(), storeDir: folder.path });
    // A negative id reaches a whole group: there is one that the broker leads.
    expect(process.kill(-server.pid, 0)).toBe(true);
  });
});

describe('a broker that does not start', () => {
  it('is reported with its last log lines', async () => {
    await using folder = await tempFolder();
    const binary = await installed();
    await using other = await startNatsServer({ binary, storeDir: join(folder.path, 'a') });
    const port = Number(new URL(other.url).port);
    const start = startNatsServer({ binary, storeDir: join(folder.path, 'b'), port });
    await expect(start).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/did not start: it ended with status 1[\s\S]*address already in use/),
    });
  });

  it('is reported by its path when it is no program', async () => {
    await using folder = await tempFolder();
    const binary = { path: join(folder.path, 'gone'), version: '2.15.1' };
    await expect(startNatsServer({ binary, storeDir: folder.path })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining(`${binary.path}) did not start`),
    });
  });

  it('is stopped when it is not ready in time', async () => {
    await using folder = await tempFolder();
    const pidFile = join(folder.path, 'pid');
    const path = await fakeProgram(join(folder.path, 'slow'), `echo $$ > ${pidFile}; exec sleep 60`);
    const started = startNatsServer({
      binary: { path, version: '2.15.1' },
      storeDir: folder.path,
      readyTimeoutMs: 300,
    });
    await expect(started).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('it was not ready after 0.3 s'),
    });
    await access(pidFile);
    await sleep(50);
    expect(await pidIn(pidFile).then(isAlive)).toBe(false);
  });
});

async function pidIn(file: string): Promise<number> {
  return Number(await readFile(file, 'utf8'));
}
