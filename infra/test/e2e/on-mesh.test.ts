import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter } from 'node:path';
import { startBroker } from '@baton/runtime/testing';
import { expect, it } from 'vitest';
import { startBaton } from '../../../packages/cli/test/support/baton.ts';
import { inRepository } from '../support/repository.ts';

const SCRIPT = inRepository('infra', 'container', 'on-mesh.sh');

/** The exit status of the probe. */
async function onMesh(server: string, args: readonly string[] = []): Promise<number> {
  const PATH = [inRepository('node_modules', '.bin'), process.env.PATH].join(delimiter);
  const probe = spawn('sh', [SCRIPT, ...args], { env: { PATH, NATS_URL: server }, stdio: 'ignore' });
  const [status] = await once(probe, 'exit');
  return status as number;
}

it('tells whether the agent of this host is on the mesh, and leaves it alive while there is no broker', async () => {
  await using broker = await startBroker();
  expect(await onMesh(broker.url)).toBe(1);
  expect(await onMesh(broker.url, ['alive'])).toBe(1);
  const agent = startBaton(['run', '@baton/agents/billing-department', '--server', broker.url], {
    cwd: inRepository(),
  });
  await agent.shows('agents=1');
  expect(await onMesh(broker.url)).toBe(0);
  expect(await onMesh(broker.url, ['alive'])).toBe(0);
  agent.interrupt();
  await agent.finished;
  expect(await onMesh(broker.url)).toBe(1);
  await broker.stop();
  expect(await onMesh(broker.url)).not.toBe(0);
  expect(await onMesh(broker.url, ['alive'])).toBe(0);
});
