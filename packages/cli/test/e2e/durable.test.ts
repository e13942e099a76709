import { BaseAgent, type Context, hook, Skill } from '@baton/runtime';
import { describe, expect, it } from 'vitest';
import { agentSaying, gate } from '../support/scripted.ts';
import { startTestMesh } from '../support/test-mesh.ts';

/** Knows the id of the run it sees, and fails for as long as it is told to. */
class Witness extends Skill {
  readonly seen = gate();
  id = '';
  fails = false;

  @hook('on_message')
  see(context: Context): void {
    this.id = context.scope.id;
    this.seen.open();
    if (this.fails) throw new Error('kaputt');
  }
}

const echo = (witness: Witness) =>
  new BaseAgent({
    name: 'echo',
    skills: { witness },
    model: {
      name: 'test/echo',
      async *generate() {
        yield { type: 'text', text: 'an answer' };
      },
    },
  });

describe('baton ask --durable', () => {
  it('prints the id beside the answer, which can be had again', async () => {
    await using mesh = await startTestMesh([agentSaying('echo', 'an ', 'answer')]);
    const asked = await mesh.baton(['ask', 'echo', 'hello', '--durable']).finished;
    expect(asked).toMatchObject({ status: 0, stdout: 'an answer\n' });
    const id = /^id (\w+)$/m.exec(asked.stderr)?.[1] ?? '';
    expect(await mesh.baton(['result', id]).finished).toMatchObject({ status: 0, stdout: 'an answer\n' });
    expect(await mesh.baton(['attach', id]).finished).toMatchObject({ status: 0, stdout: 'an answer\n' });
    expect(await mesh.baton(['attach', id, '--from', '1']).finished).toMatchObject({ stdout: 'answer\n' });
    const json = await mesh.baton(['result', id, '--json']).finished;
    expect(JSON.parse(json.stdout)).toMatchObject({ success: true, response: 'an answer', id });
  });

  it('does not wait with --no-wait; the answer is there later', async () => {
    const middle = gate();
    await using mesh = await startTestMesh([agentSaying('echo', 'an ', middle.opened, 'answer')]);
    const asked = await mesh.baton(['ask', 'echo', 'hello', '--durable', '--no-wait', '--json']).finished;
    expect(asked.status).toBe(0);
    const { id } = JSON.parse(asked.stdout);
    const pending = await mesh.baton(['result', id]).finished;
    expect(pending).toMatchObject({ status: 4, stdout: '' });
    expect(pending.stderr).toContain('is still under way; --wait waits for it');
    const attached = mesh.baton(['attach', id]);
    await attached.shows('an ');
    attached.interrupt();
    const left = await attached.finished;
    expect(left.status).toBe(130);
    expect(left.stderr).toContain(`to go on: baton attach ${id} --from 1`);
    const waiting = mesh.baton(['result', id, '--wait']);
    middle.open();
    expect(await waiting.finished).toMatchObject({ status: 0, stdout: 'an answer\n' });
  });

  it('has the answer for a caller that was killed', async () => {
    const witness = new Witness();
    await using mesh = await startTestMesh([echo(witness)]);
    const asking = mesh.baton(['ask', 'echo', 'hello', '--durable']);
    await witness.seen.opened;
    process.kill(asking.pid, 'SIGKILL');
    await asking.finished;
    expect(await mesh.baton(['result', witness.id, '--wait']).finished).toMatchObject({
      status: 0,
      stdout: 'an answer\n',
    });
  });

  it('stops the run on Ctrl-C', async () => {
    const never = gate();
    await using mesh = await startTestMesh([agentSaying('echo', 'an ', never.opened)]);
    const asking = mesh.baton(['ask', 'echo', 'hello', '--durable']);
    await asking.shows('an ');
    asking.interrupt();
    const { status, stderr } = await asking.finished;
    expect(status).toBe(130);
    const id = /^id (\w+)$/m.exec(stderr)?.[1] ?? '';
    expect(await mesh.baton(['result', id]).finished).toMatchObject({ status: 130 });
  });

  it('refuses what cannot be, saying what would be right', async () => {
    await using mesh = await startTestMesh([agentSaying('echo', 'x')]);
    const refused = async (...args: string[]) => (await mesh.baton(args).finished).status;
    expect(await refused('ask', 'echo', 'hello', '--no-wait')).toBe(2);
    expect(await refused('ask', 'nobody', 'hello', '--durable', '--no-wait')).toBe(3);
    expect(await refused('result', 'unknown')).toBe(3);
    expect(await refused('result', 'not an id')).toBe(2);
    expect(await refused('dead', 'replay', 'unknown')).toBe(3);
  });
});

it('lists dead letters, shows why they died, and replays them', async () => {
  const witness = new Witness();
  witness.fails = true;
  await using mesh = await startTestMesh([echo(witness)], { durable: { retryMs: [1] } });
  const asked = await mesh.baton(['ask', 'echo', 'hello', '--durable']).finished;
  expect(asked.status).toBe(1);
  expect(asked.stderr).toContain('given up after 5 attempts: kaputt');
  const { id } = witness;
  const told = await mesh.baton(['result', id ?? '', '--json']).finished;
  expect(JSON.parse(told.stdout)).toMatchObject({ id, success: false, error: { deadLetter: true } });
  const listed = await mesh.baton(['dead', 'list']).finished;
  expect(listed.stdout.split('\n')[1]).toMatch(new RegExp(`^${id}  default/echo  .*5  INTERNAL  kaputt$`));
  const shown = await mesh.baton(['dead', 'show', id]).finished;
  expect(shown.stdout).toMatch(/^attempt 5: .*failed after \d+ ms: INTERNAL: kaputt$/m);
  witness.fails = false;
  const replayed = await mesh.baton(['dead', 'replay', id]).finished;
  expect(await mesh.baton(['result', replayed.stdout.trim(), '--wait']).finished).toMatchObject({
    status: 0,
    stdout: 'an answer\n',
  });
  expect(await mesh.baton(['dead', 'list', '--json']).finished).toMatchObject({ stdout: '[]\n' });
  const again = await mesh.baton(['dead', 'replay', id]).finished;
  expect(again.status).toBe(10);
  expect(again.stderr).toContain(`was replayed already, as "${replayed.stdout.trim()}"`);
});
