import { BaseAgent } from '@baton/runtime';
import { describe, expect, it } from 'vitest';
import { startAgentProcess } from '../support/agent-process.ts';
import { listenToAll } from '../support/listener.ts';
import {
  agentSaying,
  billing,
  breaksOff,
  Careful,
  Clerk,
  customerService,
  forever,
  gate,
  says,
  shipping,
  Witness,
} from '../support/scripted.ts';
import { startTestMesh, whenMesh } from '../support/test-mesh.ts';

const ULID = expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/);

describe('baton ask', () => {
  it('prints the answer of the agent that was handed the question, and nothing else', async () => {
    await using mesh = await startTestMesh([customerService(), billing(), shipping()]);
    const { status, stdout, stderr } = await mesh.baton(['ask', 'customer-service', 'my refund?']).finished;
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: 'Your refund is on its way.\n',
      stderr: '',
    });
  });

  it('prints text as it arrives, through a handoff', async () => {
    const middle = gate();
    await using mesh = await startTestMesh([
      customerService(),
      agentSaying('shipping', 'one ', middle.opened, 'two'),
    ]);
    const asking = mesh.baton(['ask', 'customer-service', 'my parcel?']);
    await asking.shows('one ');
    expect(asking.stdout()).toBe('one ');
    middle.open();
    const { status, stdout } = await asking.finished;
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'one two\n' });
  });

  it('prints the answer of a fallback after a blank line, where half of another had come, and says why', async () => {
    await using mesh = await startTestMesh([
      new BaseAgent({ name: 'front', skills: { careful: new Careful() } }),
      agentSaying('lame', 'Half an ', breaksOff),
      agentSaying('calm', 'A calm ', 'answer.'),
    ]);
    const { status, stdout, stderr } = await mesh.baton(['ask', 'front', 'hi']).finished;
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'Half an \n\nA calm answer.\n' });
    expect(stderr).toBe('the answer above is void: it was begun anew\n');
  });

  it('takes the question from stdin for "-", without its last line break', async () => {
    await using mesh = await startTestMesh([customerService(), billing()]);
    const { status, stdout } = await mesh.baton(['ask', 'customer-service', '-'], {
      input: 'a refund,\nplease\n',
    }).finished;
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'Your refund is on its way.\n' });
  });

  it('lets the asker answer what an agent asks back, with --interactive', async () => {
    await using mesh = await startTestMesh([
      new BaseAgent({ name: 'clerk', skills: { clerk: new Clerk() }, model: says('Found it.') }),
    ]);
    const args = ['ask', 'clerk', 'where is it?', '--interactive'];
    const { status, stdout, stderr } = await mesh.baton(args, { input: '42\n' }).finished;
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: 'Found it.\n',
      stderr: '\nwhich order?\n> ',
    });
    const alone = await mesh.baton(['ask', 'clerk', 'where is it?']).finished;
    expect([alone.status, alone.stderr]).toEqual([10, expect.stringContaining('FAILED_PRECONDITION')]);
    const silent = await mesh.baton(args).finished;
    expect([silent.status, silent.stderr]).toEqual([10, expect.stringContaining('stdin has no more lines')]);
  });

  it('asks in the conversation and for the user it is given', async () => {
    const witness = new Witness();
    await using mesh = await startTestMesh([
      new BaseAgent({ name: 'solo', model: says('ok'), skills: { witness } }),
    ]);
    const args = ['ask', 'solo', 'hi', '--conversation', 'c-42', '--user', 'ada', '--json'];
    const { stdout } = await mesh.baton(args).finished;
    expect(JSON.parse(stdout)).toMatchObject({ success: true, conversation: 'c-42' });
    expect(witness.seen).toEqual([{ conversation: 'c-42', user: 'ada' }]);
  });

  it('shows the tree of hops on stderr with --trace', async () => {
    await using mesh = await startTestMesh([customerService(), billing()]);
    const { stdout, stderr } = await mesh.baton(['ask', 'customer-service', 'my card?', '--trace']).finished;
    expect(stdout).toBe('Your refund is on its way.\n');
    expect(stderr).toMatch(
      /^client -> customer-service \d+ ms ✓\n {2}customer-service -> billing-department \d+ ms ✓\n$/,
    );
  });

  it.each(['0s', '25h'])('refuses --timeout %s in words of the option', async (timeout) => {
    await using mesh = await startTestMesh();
    const { status, stderr } = await mesh.baton(['ask', 'solo', 'hi', '--timeout', timeout]).finished;
    expect(status).toBe(2);
    expect(stderr).toBe(
      `error INVALID_ARGUMENT: --timeout must be more than 0 and at most 24h, not "${timeout}"\n`,
    );
  });

  it('ends quietly when the reader of its output leaves', async () => {
    const middle = gate();
    await using mesh = await startTestMesh([agentSaying('solo', 'one ', middle.opened, 'two ', 'three')]);
    const asking = mesh.baton(['ask', 'solo', 'hi']);
    await asking.shows('one');
    asking.stopReading();
    middle.open();
    const { status, stderr } = await asking.finished;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('is stopped by Ctrl-C with what had arrived, and status 130', async () => {
    await using mesh = await startTestMesh([agentSaying('slow', 'one ', forever)]);
    const asking = mesh.baton(['ask', 'slow', 'hi']);
    await asking.shows('one ');
    asking.interrupt();
    const { status, stdout, stderr } = await asking.finished;
    expect({ status, stdout }).toEqual({ status: 130, stdout: 'one \n' });
    expect(stderr).toBe('error CANCELLED: cancelled by the caller\n');
  });
});

describe('baton ask --json', () => {
  it('prints exactly one object with the documented fields', async () => {
    await using mesh = await startTestMesh([customerService(), billing()]);
    const { status, stdout, stderr } = await mesh.baton(['ask', 'customer-service', 'my card?', '--json'])
      .finished;
    expect({ status, stderr, lines: stdout.match(/\n/g)?.length }).toEqual({
      status: 0,
      stderr: '',
      lines: 1,
    });
    expect(JSON.parse(stdout)).toStrictEqual({
      success: true,
      response: 'Your refund is on its way.',
      agent: 'billing-department',
      conversation: ULID,
      id: ULID,
      durationMs: expect.any(Number),
      handoffs: [
        {
          id: ULID,
          from: 'customer-service',
          to: 'billing-department',
          mode: expect.stringMatching(/^(call|transfer)$/),
          success: true,
          durationMs: expect.any(Number),
        },
      ],
    });
  });

  it('prints the same object for a failed handoff, with the error in both places', async () => {
    await using mesh = await startTestMesh([customerService()]);
    const { status, stdout } = await mesh.baton(['ask', 'customer-service', 'a ghost?', '--json']).finished;
    const error = { code: 'NOT_FOUND', message: expect.stringContaining('"ghost"'), retryable: false };
    expect(status).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      success: false,
      response: null,
      error,
      handoffs: [{ from: 'customer-service', to: 'ghost', success: false, error }],
    });
  });

  it('prints the same object for a question that was never published', async () => {
    await using mesh = await startTestMesh();
    const { status, stdout, stderr } = await mesh.baton(['ask', 'a.b', 'hi', '--json']).finished;
    expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
    expect(JSON.parse(stdout)).toStrictEqual({
      success: false,
      response: null,
      agent: 'a.b',
      conversation: '',
      id: '',
      durationMs: expect.any(Number),
      handoffs: [],
      error: { code: 'INVALID_ARGUMENT', message: expect.stringContaining('"a.b"'), retryable: false },
    });
  });
});

describe('baton ask, when it cannot be answered', () => {
  it('names the live agents that look alike for an unknown one, and ends with 3', async () => {
    await using mesh = await startTestMesh([customerService(), billing()]);
    const { status, stdout, stderr } = await mesh.baton(['ask', 'custmer-service', 'hi']).finished;
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toMatch(/^error NOT_FOUND: .*did you mean customer-service\?.*\n$/);
  });

  it('says UNAVAILABLE at once for an agent whose process has just been killed', async () => {
    await using mesh = await startTestMesh();
    await using agent = await startAgentProcess(mesh.url, 'mortal', { heartbeatMs: 5000 });
    await whenMesh(mesh.mesh, () => mesh.mesh.agents().length === 1);
    await agent.kill();
    expect(await askMortal(mesh)).toMatchObject({ status: 4, code: 'UNAVAILABLE' });
  });

  it('says UNAVAILABLE at once for an agent whose beats are missed', async () => {
    await using mesh = await startTestMesh();
    await using agent = await startAgentProcess(mesh.url, 'mortal', { heartbeatMs: 200 });
    await whenMesh(mesh.mesh, () => mesh.mesh.agents().length === 1);
    await agent.kill();
    await whenMesh(mesh.mesh, () => mesh.mesh.agents().length === 0);
    expect(await askMortal(mesh)).toMatchObject({ status: 4, code: 'UNAVAILABLE' });
  });

  it('keeps what had arrived at the deadline and ends with 5', async () => {
    await using mesh = await startTestMesh([agentSaying('slow', 'one ', forever)]);
    const { status, stdout, stderr } = await mesh.baton(['ask', 'slow', 'hi', '--timeout', '400ms']).finished;
    expect({ status, stdout }).toEqual({ status: 5, stdout: 'one \n' });
    expect(stderr).toMatch(/^error DEADLINE_EXCEEDED: .*\n$/);
  });

  it('refuses a prompt larger than any that travels, and says how large', async () => {
    await using mesh = await startTestMesh([agentSaying('solo', 'ok')]);
    const input = 'x'.repeat(20 * 1_048_576);
    const { status, stderr } = await mesh.baton(['ask', 'solo', '-'], { input }).finished;
    expect(status).toBe(2);
    expect(stderr).toMatch(/^error INVALID_ARGUMENT: .*20\.0 MB.*at most 16 MB.*\n$/);
  });

  it.each([
    { what: 'a name with a dot', args: ['a.b', 'hi'] },
    { what: 'the name *', args: ['*', 'hi'] },
    { what: 'the name >', args: ['>', 'hi'] },
    { what: 'an empty name', args: ['', 'hi'] },
    { what: 'a name of 300 characters', args: ['a'.repeat(300), 'hi'] },
    { what: 'a duration without a unit', args: ['solo', 'hi', '--timeout', '30'] },
    { what: 'no question', args: ['solo'] },
    { what: 'an option that needs --batch', args: ['solo', 'hi', '--column', 'text'] },
  ])('refuses $what before anything is published, with 2', async ({ args }) => {
    await using mesh = await startTestMesh();
    using listener = await listenToAll(mesh.url);
    const { status, stdout, stderr } = await mesh.baton(['ask', ...args]).finished;
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error INVALID_ARGUMENT: .{10,300}\n$/);
    expect(await listener.subjects()).toEqual([]);
  });

  it('publishes a proper name on its own subject, as the same listener sees', async () => {
    await using mesh = await startTestMesh([agentSaying('solo', 'ok')]);
    using listener = await listenToAll(mesh.url);
    await mesh.baton(['ask', 'solo', 'hi']).finished;
    expect(await listener.subjects()).toContain('agents.prompt.baton.default.solo');
  });

  it('says within seconds that there is no broker, and what to do', async () => {
    await using mesh = await startTestMesh();
    const options = { env: {}, cwd: mesh.folder };
    const nowhere = await mesh.baton(['ask', 'solo', 'hi', '--server', 'nats://127.0.0.1:9'], options)
      .finished;
    const unnamed = await mesh.baton(['ask', 'solo', 'hi'], options).finished;
    for (const { status, stderr } of [nowhere, unnamed]) {
      expect(status).toBe(4);
      expect(stderr).toMatch(/^error UNAVAILABLE: .*npx baton up.*\n$/);
    }
  });

  it('shows an example with --help', async () => {
    await using mesh = await startTestMesh();
    const { status, stdout } = await mesh.baton(['ask', '--help']).finished;
    expect(status).toBe(0);
    expect(stdout).toContain('baton ask customer-service "where is my parcel?"');
  });
});

async function askMortal(mesh: { baton: Awaited<ReturnType<typeof startTestMesh>>['baton'] }) {
  const { status, stdout } = await mesh.baton(['ask', 'mortal', 'hi', '--json']).finished;
  const { error, durationMs } = JSON.parse(stdout) as { error?: { code: string }; durationMs: number };
  expect(durationMs).toBeLessThan(500);
  return { status, code: error?.code };
}
