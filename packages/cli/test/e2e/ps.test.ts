import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { startAgentProcess } from '../support/agent-process.ts';
import { billing, shipping } from '../support/scripted.ts';
import { startTestMesh, whenMesh } from '../support/test-mesh.ts';

describe('baton ps', () => {
  it('lists every instance with the documented fields, by agent and instance', async () => {
    await using mesh = await startTestMesh([shipping(), billing()]);
    await using other = await startAgentProcess(mesh.url, 'billing-department');
    await whenMesh(mesh.mesh, () => mesh.mesh.instances().length === 3);
    const { status, stdout, stderr } = await mesh.baton(['ps', '--json']).finished;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const rows = JSON.parse(stdout) as Record<string, unknown>[];
    expect(rows.map(({ agent }) => agent)).toEqual(['billing-department', 'billing-department', 'shipping']);
    expect(
      rows
        .slice(0, 2)
        .map(({ pid }) => pid)
        .sort(),
    ).toEqual([process.pid, other.pid].sort());
    expect(rows.map(({ instance }) => instance)).toEqual([
      ...rows
        .slice(0, 2)
        .map(({ instance }) => instance)
        .sort(),
      rows[2]?.instance,
    ]);
    expect(rows[2]).toStrictEqual({
      agent: 'shipping',
      instance: expect.stringMatching(/^\w+$/),
      owner: 'default',
      pid: process.pid,
      host: hostname(),
      state: 'ready',
      inFlight: 0,
      capacity: 4,
      version: '0.1.0',
      lastBeatMs: expect.any(Number),
    });
  });

  it('prints an aligned table without colours in a pipe', async () => {
    await using mesh = await startTestMesh([shipping(), billing()]);
    const { stdout } = await mesh.baton(['ps']).finished;
    const [title = '', ...rows] = stdout.trimEnd().split('\n');
    expect(title).toMatch(/^AGENT +INSTANCE +PID +HOST +STATE +IN FLIGHT +CAPACITY +VERSION +LAST BEAT$/);
    expect(rows.map((row) => row.indexOf('ready'))).toEqual([title.indexOf('STATE'), title.indexOf('STATE')]);
    expect(rows.map((row) => row.length)).toEqual([title.length, title.length]);
    expect(stdout).not.toContain('\x1b');
  });

  it('says that nobody is live on stderr, and that is no failure', async () => {
    await using mesh = await startTestMesh();
    const plain = await mesh.baton(['ps']).finished;
    const json = await mesh.baton(['ps', '--json']).finished;
    expect(plain).toMatchObject({ status: 0, stdout: '', stderr: 'no agents are live\n' });
    expect(json).toMatchObject({ status: 0, stdout: '[]\n', stderr: '' });
  });

  it('prints a line at each change with --watch --json, until Ctrl-C ends it with 0', async () => {
    await using mesh = await startTestMesh([billing()]);
    const watching = mesh.baton(['ps', '--watch', '--json']);
    await watching.shows(/billing-department.*\n/);
    const joined = await mesh.launch(shipping());
    await watching.shows(/\n.*"shipping".*\n/);
    await joined.stop();
    await watching.shows(/shipping[\s\S]*\n(?!.*shipping).*billing-department.*\n$/);
    watching.interrupt();
    const { status, stdout, stderr } = await watching.finished;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lists = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { agent: string }[]);
    expect(lists[0]).toHaveLength(1);
    expect(lists.at(-1)).toHaveLength(1);
  });

  it('shows an example with --help', async () => {
    await using mesh = await startTestMesh();
    const { status, stdout } = await mesh.baton(['ps', '--help']).finished;
    expect(status).toBe(0);
    expect(stdout).toContain('$ baton ps --watch');
  });
});
