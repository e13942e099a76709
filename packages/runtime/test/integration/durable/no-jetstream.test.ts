import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { findNatsServer } from '../../../src/bus/broker/find.ts';
import { join, type Mesh } from '../../../src/mesh.ts';
import { echoModel } from '../../../src/testing/index.ts';

it('says what a broker without JetStream lacks, and is asked interactively as ever', async () => {
  const binary = await findNatsServer();
  if (!binary) throw new Error('no nats-server');
  const port = await freePort();
  const broker = spawn(binary.path, ['-a', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
  try {
    await using mesh = await joinWhenUp(`nats://127.0.0.1:${port}`);
    await mesh.launch(new BaseAgent({ name: 'echo', model: echoModel() }));
    expect(await mesh.ask('echo', 'hello')).toMatchObject({ response: 'hello' });
    const problem = {
      code: 'FAILED_PRECONDITION',
      message: expect.stringContaining('has JetStream turned off'),
    };
    expect(await mesh.ask('echo', 'hello', { delivery: 'durable' })).toMatchObject({ error: problem });
    await expect(mesh.submit('echo', 'hello')).rejects.toMatchObject(problem);
    await expect(mesh.result('any')).rejects.toMatchObject(problem);
    expect(await mesh.backlog('echo')).toEqual({ waiting: 0, inHand: 0 });
    await expect(mesh.cancel('any')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  } finally {
    broker.kill();
    await once(broker, 'exit');
  }
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

async function joinWhenUp(server: string): Promise<Mesh> {
  for (;;) {
    const mesh = await join({ server }).catch(() => undefined);
    if (mesh) return mesh;
    await sleep(50);
  }
}
