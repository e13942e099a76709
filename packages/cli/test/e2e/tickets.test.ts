import { BaseAgent, type Context, hook, Skill, textOf } from '@baton/runtime';
import { EscalationSkill } from '@baton/skills';
import { describe, expect, it } from 'vitest';
import { startTestMesh } from '../support/test-mesh.ts';

/** Escalates whatever it is asked. */
class Desk extends Skill {
  @hook('on_message')
  async onMessage(context: Context) {
    const reason = textOf(context.messages.at(-1) ?? { role: 'user' });
    if (reason !== 'hello?')
      context.answer = await this.skill<EscalationSkill>('escalation').escalateToHuman({ reason });
  }
}

const desk = () =>
  new BaseAgent({ name: 'desk', skills: { escalation: new EscalationSkill(), desk: new Desk() } });

const ADA = ['--conversation', 'c-1', '--user', 'ada'];

async function startShop() {
  const mesh = await startTestMesh([desk()]);
  const run = (args: readonly string[], input?: string) =>
    mesh.baton(args, input === undefined ? {} : { input, env: { NATS_URL: mesh.url } }).finished;
  return {
    run,
    async escalate(reason: string, more: readonly string[] = ADA): Promise<string> {
      const { stdout } = await run(['ask', 'desk', reason, ...more]);
      return /#(\w{6})\b/.exec(stdout)?.[1] ?? `no id in ${stdout}`;
    },
    [Symbol.asyncDispose]: () => mesh[Symbol.asyncDispose](),
  };
}

describe('baton tickets', () => {
  it('takes a ticket from the customer to a person and the answer back', async () => {
    await using shop = await startShop();
    const id = await shop.escalate('a human, please');
    const list = await shop.run(['tickets']);
    expect(list).toMatchObject({ status: 0, stderr: '' });
    expect(list.stdout).toMatch(new RegExp(`^ID .*\n${id} +\\d s  open +desk +ada +a human, please\n$`));
    const shown = await shop.run(['tickets', 'show', id]);
    expect(shown.stdout).toMatch(/^conversation {2}c-1\n[\s\S]*\nuser {10}a human, please\n/m);
    const answered = await shop.run(
      ['tickets', 'answer', `#${id.toLowerCase()}`, '-', '--by', 'Grace'],
      'On its way.\n',
    );
    expect(answered).toMatchObject({
      status: 0,
      stdout: `answered #${id}: ada reads it with the next message of conversation c-1\n`,
    });
    const next = await shop.run(['ask', 'desk', 'hello?', ...ADA]);
    expect(next.stdout).toBe(`Grace answered your support ticket #${id}: On its way.\n`);
    expect((await shop.run(['ask', 'desk', 'hello?', ...ADA])).stdout).toBe('');
    expect(await shop.run(['tickets'])).toMatchObject({
      status: 0,
      stdout: '',
      stderr: 'no ticket is open; --all lists those answered\n',
    });
    expect((await shop.run(['tickets', '--all'])).stdout).toContain(`${id}  `);
  });

  it('prints JSON of documented fields', async () => {
    await using shop = await startShop();
    const id = await shop.escalate('help');
    const ticket = {
      id,
      state: 'open',
      agent: 'desk',
      customerId: 'ada',
      conversation: 'c-1',
      reason: 'help',
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
    };
    const whole = { ...ticket, messages: [{ role: 'user', content: 'help' }], omitted: 0 };
    const answer = { text: 'Yes.', by: expect.any(String), at: expect.stringMatching(/Z$/) };
    const json = async (args: readonly string[]) => JSON.parse((await shop.run(args)).stdout);
    expect(await json(['tickets', '--json'])).toStrictEqual([ticket]);
    expect(await json(['tickets', 'show', id, '--json'])).toStrictEqual(whole);
    expect(await json(['tickets', '--json', 'answer', id, 'Yes.'])).toStrictEqual({
      ...whole,
      state: 'answered',
      answer,
    });
    expect(await json(['tickets', '--json', '--all'])).toStrictEqual([
      { ...ticket, state: 'answered', answer },
    ]);
    expect(await json(['tickets', '--json'])).toStrictEqual([]);
  });

  it('refuses an unknown id, a second answer and an empty one, each with its status', async () => {
    await using shop = await startShop();
    const none = await shop.run(['tickets', 'show', 'ZZZZZZ', '--json']);
    expect(none.status).toBe(3);
    expect(JSON.parse(none.stdout)).toStrictEqual({
      error: {
        code: 'NOT_FOUND',
        message: 'there are no tickets: no agent has made any',
        retryable: false,
      },
    });
    const id = await shop.escalate('help');
    const unknown = await shop.run(['tickets', 'show', `${id}X`]);
    expect(unknown).toMatchObject({ status: 3, stdout: '' });
    expect(unknown.stderr).toContain(`there is no ticket "${id}X"; did you mean #${id}?`);
    expect(await shop.run(['tickets', 'answer', id, '-'], '\n')).toMatchObject({ status: 2 });
    expect(await shop.run(['tickets', 'answer', id, 'Yes.', '--by', 'Grace'])).toMatchObject({ status: 0 });
    const twice = await shop.run(['tickets', 'answer', id, 'No.', '--by', 'Edsger']);
    expect(twice.status).toBe(10);
    expect(twice.stderr).toContain(`ticket #${id} was answered already, by "Grace" at `);
  });

  it('has nothing to list where there is none, for this owner or another', async () => {
    await using shop = await startShop();
    await shop.escalate('help');
    const other = await shop.run(['tickets', '--owner', 'acme']);
    expect(other).toMatchObject({ status: 0, stdout: '', stderr: 'no tickets\n' });
    expect((await shop.run(['tickets', '--owner', 'acme', '--json'])).stdout).toBe('[]\n');
    expect((await shop.run(['tickets', '--owner', 'A>'])).status).toBe(2);
  });
});
