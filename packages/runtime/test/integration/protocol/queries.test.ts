import { createInbox } from 'nats';
import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { echoModel } from '../../../src/testing/models.ts';
import { launchUnderTest } from '../support/agent-under-test.ts';
import { startForeignHost, untilSees } from '../support/foreign-host.ts';
import { joinTest, newOwner } from '../support/mesh.ts';
import { answerOf, connectRaw } from '../support/raw-client.ts';

/** Asks back before it answers, and puts what it was told into the question. */
class Clerk extends Skill {
  readonly timeout: number | undefined;

  constructor(timeout?: number) {
    super();
    this.timeout = timeout;
  }

  @hook('on_message')
  async askBack(context: Context) {
    const options = this.timeout === undefined ? {} : { timeout: this.timeout };
    const answer = await context.askCaller('which order?', options);
    context.messages = [{ role: 'user', content: `order ${answer}` }];
  }
}

const clerk = (timeout?: number) =>
  new BaseAgent({ name: 'clerk', model: echoModel(), skills: { clerk: new Clerk(timeout) } });

class ToClerk extends Skill {
  @handoff('clerk')
  always() {
    return true;
  }
}

const desk = (name: string, target: Skill) => new BaseAgent({ name, skills: { target } });

class ToDesk extends Skill {
  @handoff('desk')
  always() {
    return true;
  }
}

it('asks its caller in mid-stream and goes on with the answer', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  await mesh.launch(clerk());
  const asked: string[] = [];
  const onQuery = ({ prompt }: { prompt: string }) => {
    asked.push(prompt);
    return '42';
  };
  const result = await mesh.ask('clerk', 'where is it?', { onQuery });
  expect(result).toMatchObject({ success: true, response: 'order 42' });
  expect(asked).toEqual(['which order?']);
});

it('asks through two handoffs, straight past the agents between', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  await mesh.launch(clerk());
  await mesh.launch(desk('desk', new ToClerk()));
  await mesh.launch(desk('front', new ToDesk()));
  const result = await mesh.ask('front', 'where is it?', { onQuery: async () => '{"not": "an envelope"}' });
  expect(result).toMatchObject({ success: true, response: 'order {"not": "an envelope"}', agent: 'clerk' });
});

it('tells an agent at once that nobody would answer', async () => {
  await using mesh = await joinTest(newOwner());
  await mesh.launch(clerk());
  const result = await mesh.ask('clerk', 'where is it?');
  expect(result.error).toMatchObject({ code: 'FAILED_PRECONDITION' });
});

it('ends the ask with what the answering side threw', async () => {
  await using mesh = await joinTest(newOwner());
  await mesh.launch(clerk());
  const onQuery = () => {
    throw new Error('nobody is at the keyboard');
  };
  const result = await mesh.ask('clerk', 'where is it?', { onQuery });
  expect(result.error).toMatchObject({ code: 'INTERNAL', message: 'nobody is at the keyboard' });
});

it('does not wait for an answer longer than the agent says', async () => {
  await using mesh = await joinTest(newOwner());
  await mesh.launch(clerk(0.05));
  const result = await mesh.ask('clerk', 'where is it?', { onQuery: () => new Promise(() => {}) });
  expect(result.error).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});

it('answers in a program without a mesh just as well', async () => {
  const result = await clerk().run('where is it?', { onQuery: () => '7' });
  expect(result.response).toBe('order 7');
});

it.each([
  ['text', '42', 'order 42'],
  ['an envelope', '{"prompt":"42"}', 'order 42'],
  ['text that only looks like an envelope', '{42', 'order {42'],
  ['nothing at all', '', 'order '],
])('takes %s as the answer of a client of the bare protocol', async (_what, answer, expected) => {
  await using host = await launchUnderTest(clerk());
  const inbox = createInbox();
  const received: { text: string; json: unknown; bytes: number; headers: undefined }[] = [];
  await new Promise<void>((resolve) => {
    host.client.subscribe(inbox, {
      callback: (_error, message) => {
        const text = message.string();
        const json = text === '' ? undefined : (JSON.parse(text) as { type: string; data: object });
        received.push({ text, json, bytes: message.data.length, headers: undefined });
        if (json?.type === 'query') {
          const { reply_subject, prompt, id } = json.data as Record<string, string>;
          expect(prompt).toBe('which order?');
          expect(id).not.toBe('');
          expect(reply_subject).toMatch(/^_INBOX\.agents\./);
          host.client.publish(reply_subject ?? '', answer);
          host.client.publish(reply_subject ?? '', 'a second answer, which nobody wants');
        }
        if (message.data.length === 0) resolve();
      },
    });
    host.client.publish(host.to, 'where is it?', { reply: inbox });
  });
  expect(answerOf(received)).toBe(expected);
});

it('passes on the question of a host of another make, and its answer', async () => {
  const owner = newOwner();
  const inbox = createInbox('_INBOX.agents');
  await using host = await startForeignHost({
    owner,
    name: 'clerk',
    answer: ({ chunk, end }) => {
      host.client.subscribe(inbox, {
        max: 1,
        callback: (_error, message) => {
          chunk({ type: 'response', data: `got ${(message.json() as { prompt: string }).prompt}` });
          end();
        },
      });
      chunk({ type: 'status', data: 'ack' });
      chunk({ type: 'query', data: { id: 'q1', reply_subject: inbox, prompt: 'who?' } });
    },
  });
  await using mesh = await joinTest(owner);
  await mesh.launch(desk('front', new ToClerk()));
  await untilSees(mesh, () => mesh.agents().some(({ agent }) => agent === 'clerk'));
  const result = await mesh.ask('front', 'hello', { onQuery: () => 'me' });
  expect(result.response).toBe('got me');
});

it.each([
  'agents.prompt.baton.default.victim',
  '$JS.API.STREAM.DELETE.x',
  '_INBOX.>',
  '_INBOX.a b',
  '_INBOX.a..b',
])('never publishes an answer to %s, whoever asks for it', async (subject) => {
  const owner = newOwner();
  await using spy = await connectRaw();
  let heard = 0;
  spy.subscribe('>', {
    callback: (_error, message) => void (message.string().includes('s3cret') && heard++),
  });
  await using host = await startForeignHost({
    owner,
    name: 'clerk',
    answer: ({ chunk, end }) => {
      chunk({ type: 'status', data: 'ack' });
      chunk({ type: 'query', data: { id: 'q1', reply_subject: subject, prompt: 'who?' } });
      end();
    },
  });
  await using mesh = await joinTest(owner);
  await untilSees(mesh, () => mesh.agents().some(({ agent }) => agent === 'clerk'));
  await mesh.ask('clerk', 'hello', { onQuery: () => 's3cret' });
  await spy.flush();
  expect([heard, host.instance.length > 0]).toEqual([0, true]);
});
