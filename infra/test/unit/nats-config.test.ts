import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findNatsServer } from '@baton/runtime';
import { expect, it } from 'vitest';
import { inRepository, textAt } from '../support/repository.ts';

const run = promisify(execFile);
const NAMES = { SERVER_NAME: 'nats-0', ADVERTISE: 'nats-0.nats-headless.baton.svc.cluster.local:4222' };
const CONFIG = ['infra', 'kubernetes', 'nats.conf'];

/** What nats-server says of a configuration it only checks. */
async function verdict(path: string, env: Record<string, string>): Promise<string> {
  const binary = await findNatsServer({ from: inRepository() });
  if (!binary) throw new Error('there is no nats-server; "npx baton broker install" fetches one');
  const checked = run(binary.path, ['-t', '-c', path], { env });
  return checked.then(
    ({ stderr }) => stderr,
    ({ stderr }: { stderr: string }) => stderr,
  );
}

it('is a configuration that nats-server takes, given its names', async () => {
  const path = inRepository(...CONFIG);
  expect(await verdict(path, NAMES)).toContain('is valid');
  expect(await verdict(path, {})).toContain('SERVER_NAME');
});

it('holds no setting that nats-server does not know: it would say so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'baton-infra-'));
  try {
    const path = join(folder, 'nats.conf');
    await writeFile(path, textAt(...CONFIG).replace('sync_interval', 'sink_interval'));
    expect(await verdict(path, NAMES)).toContain('unknown field "sink_interval"');
  } finally {
    await rm(folder, { recursive: true });
  }
});

it('keeps what is acknowledged on the disk, and less than the volume holds', () => {
  const config = textAt(...CONFIG);
  expect(config).toMatch(/^ {2}sync_interval: always$/m);
  const [, store] = /max_file_store: (\d+)GB/.exec(config) ?? [];
  const [, volume] = /storage: (\d+)Gi/.exec(textAt('infra', 'kubernetes', 'nats.yaml')) ?? [];
  expect(Number(store)).toBeLessThan(Number(volume));
});
