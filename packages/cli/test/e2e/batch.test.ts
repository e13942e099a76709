import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { agentSaying, billing, customerService, forever, shipping } from '../support/scripted.ts';
import { startTestMesh, type TestMesh } from '../support/test-mesh.ts';

async function csv(mesh: TestMesh, ...lines: readonly string[]): Promise<string> {
  const path = join(mesh.folder, 'questions.csv');
  await writeFile(path, `${lines.join('\n')}\n`);
  return path;
}

/** 200 questions: 80 for billing, 70 for shipping, 50 for nobody else. */
const questions = Array.from({ length: 200 }, (_, at) => {
  if (at % 5 < 2) return `${at},"my invoice, number ${at}"`;
  return at % 20 < 13 && at % 5 < 4 ? `${at},where is parcel ${at}?` : `${at},hello ${at}`;
});
const parcels = questions.filter((line) => line.includes('parcel')).length;

describe('baton ask --batch', () => {
  it('asks every row, loses none, and sums up by the agent that answered', async () => {
    await using mesh = await startTestMesh([customerService(), billing(), shipping()]);
    const file = await csv(mesh, 'id,text', ...questions);
    const args = ['ask', 'customer-service', '--batch', file, '--column', 'text'];
    const { status, stdout, stderr } = await mesh.baton([...args, '--json']).finished;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toStrictEqual({
      answered: 200,
      failed: 0,
      seconds: expect.any(Number),
      perSecond: expect.any(Number),
      byAgent: { 'billing-department': 80, shipping: parcels, 'customer-service': 120 - parcels },
    });
  });

  it('writes one line of JSON a row to --out', async () => {
    await using mesh = await startTestMesh([customerService(), billing()]);
    const file = await csv(mesh, 'text', 'my invoice', '"  "', '"a ""quoted"" hello"');
    const out = join(mesh.folder, 'answers.jsonl');
    const { status } = await mesh.baton([
      ...['ask', 'customer-service', '--batch', file, '--column', 'text'],
      ...['--out', out],
    ]).finished;
    expect(status).toBe(1);
    const answers = (await readFile(out, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers.sort((a, b) => a.row - b.row)).toStrictEqual([
      {
        row: 1,
        question: 'my invoice',
        success: true,
        response: 'Your refund is on its way.',
        agent: 'billing-department',
      },
      {
        row: 2,
        question: '  ',
        success: false,
        response: null,
        agent: 'customer-service',
        error: { code: 'INVALID_ARGUMENT', message: 'the question is empty', retryable: false },
      },
      {
        row: 3,
        question: 'a "quoted" hello',
        success: true,
        response: 'How can I help?',
        agent: 'customer-service',
      },
    ]);
  });

  it('tells people what failed, by code and with an example, and ends with 1', async () => {
    await using mesh = await startTestMesh([customerService(), billing()]);
    const file = await csv(mesh, 'text', 'my invoice', 'a ghost', 'hello', 'another ghost');
    const { status, stdout, stderr } = await mesh.baton([
      ...['ask', 'customer-service', '--batch', file, '--column', 'text'],
      ...['--concurrency', '1'],
    ]).finished;
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(/^2 answered, 2 failed in \d+\.\d s \(\d+\.\d per second\)\n/);
    expect(stdout).toMatch(/\nAGENT +ROWS\nbilling-department +1\ncustomer-service +1\n/);
    expect(stdout).toMatch(/\nNOT_FOUND: 2 rows, first row 2: there is no agent "ghost".*\n$/);
  });

  it('asks the first rows only with --limit', async () => {
    await using mesh = await startTestMesh([customerService(), billing(), shipping()]);
    const file = await csv(mesh, 'id,text', ...questions);
    const { stdout } = await mesh.baton([
      ...['ask', 'customer-service', '--batch', file, '--column', 'text'],
      ...['--limit', '7', '--json'],
    ]).finished;
    expect(JSON.parse(stdout)).toMatchObject({ answered: 7, failed: 0 });
  });

  it('sums up what was answered when Ctrl-C stops it, and ends with 130', async () => {
    await using mesh = await startTestMesh([customerService(), billing(), agentSaying('shipping', forever)]);
    const file = await csv(mesh, 'text', 'my invoice', 'my parcel', 'my invoice', 'my invoice');
    const out = join(mesh.folder, 'answers.jsonl');
    const running = mesh.baton([
      ...['ask', 'customer-service', '--batch', file, '--column', 'text'],
      ...['--concurrency', '2', '--json', '--out', out],
    ]);
    const linesOut = async () => (await readFile(out, 'utf8').catch(() => '')).split('\n').length - 1;
    await expect.poll(linesOut, { timeout: 20_000 }).toBe(3);
    running.interrupt();
    const { status, stdout } = await running.finished;
    expect(status).toBe(130);
    expect(JSON.parse(stdout)).toStrictEqual({
      answered: 3,
      failed: 0,
      seconds: expect.any(Number),
      perSecond: expect.any(Number),
      byAgent: { 'billing-department': 3 },
    });
  });

  it.each([
    {
      title: 'a column there is not, naming those there are',
      args: ['--column', 'query'],
      says: /"id", "text"/,
    },
    { title: 'a missing column', args: [], says: /--column/ },
    {
      title: 'a concurrency that is no number',
      args: ['--column', 'text', '--concurrency', 'x'],
      says: /--concurrency.*"x"/,
    },
    {
      title: 'a concurrency of none',
      args: ['--column', 'text', '--concurrency', '0'],
      says: /--concurrency.*"0"/,
    },
    { title: 'a question as well', args: ['--column', 'text', '--', 'hello'], says: /question/ },
  ])('refuses $title', async ({ args, says }) => {
    await using mesh = await startTestMesh();
    const file = await csv(mesh, 'id,text', '1,hello');
    const { status, stderr } = await mesh.baton(['ask', 'customer-service', '--batch', file, ...args])
      .finished;
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error INVALID_ARGUMENT: .*\n$/);
    expect(stderr).toMatch(says);
  });

  it('ends with the status of the code all rows failed with', async () => {
    await using mesh = await startTestMesh([customerService()]);
    const file = await csv(mesh, 'text', 'a ghost', 'another ghost');
    const args = ['ask', 'customer-service', '--batch', file, '--column', 'text'];
    const { status, stdout } = await mesh.baton(args).finished;
    expect(status).toBe(3);
    expect(stdout).toMatch(/^0 answered, 2 failed/);
  });

  it('refuses a file without rows; with --json on stdout too', async () => {
    await using mesh = await startTestMesh();
    const file = await csv(mesh, 'text');
    const args = ['ask', 'customer-service', '--batch', file, '--column', 'text', '--json'];
    const { status, stdout, stderr } = await mesh.baton(args).finished;
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error INVALID_ARGUMENT: .*has no rows/);
    expect(JSON.parse(stdout)).toStrictEqual({
      error: {
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('has no rows'),
        retryable: false,
      },
    });
  });

  it('refuses a file there is not', async () => {
    await using mesh = await startTestMesh();
    const args = ['ask', 'customer-service', '--batch', 'none.csv', '--column', 'text'];
    const { status, stderr } = await mesh.baton(args).finished;
    expect(status).toBe(2);
    expect(stderr).toBe('error INVALID_ARGUMENT: cannot read "none.csv": there is no such file\n');
  });
});
