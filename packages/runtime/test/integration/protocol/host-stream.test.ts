import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook, tool } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import type { ModelEvent } from '../../../src/model/model.ts';
import { echoModel, scriptedModel } from '../../../src/testing/models.ts';
import { BatonError, type ErrorCode } from '../../../src/wire/error.ts';
import { launchUnderTest } from '../support/agent-under-test.ts';
import { answerOf, type Received, shape } from '../support/raw-client.ts';

const says = (...texts: string[]): ModelEvent[] => texts.map((text) => ({ type: 'text', text }));
const agentThatSays = (...texts: string[]) =>
  new BaseAgent({ name: 'host', model: scriptedModel(says(...texts)) });

/** What holds of every response stream, whatever is in it. */
function expectWellFormed(received: readonly Received[]) {
  const last = received.at(-1);
  expect(last).toMatchObject({ bytes: 0, headers: undefined });
  expect(received.filter(({ bytes }) => bytes === 0)).toHaveLength(1);
  for (const { json, headers } of received.slice(0, -1)) {
    if (headers?.['Nats-Service-Error-Code']) continue;
    expect(json).toMatchObject({ type: expect.any(String) });
    expect(Object.keys(json as object).sort()).toEqual(['data', 'type']);
  }
}

it('acks first and once, streams typed chunks, and ends with no bytes and no headers', async () => {
  await using host = await launchUnderTest(agentThatSays('one ', 'two ', 'three'));
  const received = await host.send('go');
  expectWellFormed(received);
  expect(shape(received)).toEqual(['ack', 'response', 'response', 'response', 'end']);
  expect(received.map(({ json }) => json).slice(0, 2)).toEqual([
    { type: 'status', data: 'ack' },
    { type: 'response', data: 'one ' },
  ]);
});

it('ends the stream of an agent that says nothing', async () => {
  await using host = await launchUnderTest(agentThatSays(''));
  expect(shape(await host.send('go'))).toEqual(['ack', 'end']);
});

it('acks before any work is done', async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  class Wait extends Skill {
    @hook('on_connection')
    wait() {
      return gate;
    }
  }
  const agent = new BaseAgent({ name: 'host', model: echoModel(), skills: { wait: new Wait() } });
  await using host = await launchUnderTest(agent);
  const inbox = '_INBOX.ack-first';
  const first = new Promise<unknown>((resolve) => {
    host.client.subscribe(inbox, { max: 1, callback: (_error, message) => resolve(message.json()) });
  });
  host.client.publish(host.to, 'go', { reply: inbox });
  expect(await first).toEqual({ type: 'status', data: 'ack' });
  release();
});

it.each<[ErrorCode, string]>([
  ['INVALID_ARGUMENT', '400'],
  ['PROTOCOL', '400'],
  ['PERMISSION_DENIED', '403'],
  ['PAYMENT_REQUIRED', '403'],
  ['NOT_FOUND', '404'],
  ['LOOP', '409'],
  ['FAILED_PRECONDITION', '409'],
  ['RESOURCE_EXHAUSTED', '429'],
  ['UNAVAILABLE', '500'],
  ['DEADLINE_EXCEEDED', '500'],
  ['INTERNAL', '500'],
])('reports %s as %s with headers and a body, then ends', async (code, protocolCode) => {
  const model = scriptedModel(() => {
    throw new BatonError(code, 'first line\n  second line: é');
  });
  await using host = await launchUnderTest(new BaseAgent({ name: 'host', model }));
  const received = await host.send('go');
  expectWellFormed(received);
  expect(shape(received)).toEqual(['ack', `error ${protocolCode}`, 'end']);
  expect(received[1]?.headers?.['Nats-Service-Error']).toBe('first line | second line: ?');
  expect(received[1]?.json).toMatchObject({
    error: code.toLowerCase(),
    message: 'first line\n  second line: é',
  });
});

it('ends once when the model throws in the middle, keeping what was said', async () => {
  const model = scriptedModel(function* () {
    yield* says('so far so ');
    throw new Error('boom');
  });
  await using host = await launchUnderTest(new BaseAgent({ name: 'host', model }));
  const received = await host.send('go');
  expectWellFormed(received);
  expect(shape(received)).toEqual(['ack', 'response', 'error 500', 'end']);
  expect(received[2]?.json).toMatchObject({ error: 'internal', message: 'boom' });
});

it.each(['a string', null, undefined, 42, { code: 'NOT_FOUND' }])(
  'ends once when %j is thrown',
  async (thrown) => {
    const model = scriptedModel(() => {
      throw thrown;
    });
    await using host = await launchUnderTest(new BaseAgent({ name: 'host', model }));
    expect(shape(await host.send('go'))).toEqual(['ack', 'error 500', 'end']);
  },
);

it('sends no stack and no cause', async () => {
  const model = scriptedModel(() => {
    throw new Error('outer', { cause: new Error('inner secret') });
  });
  await using host = await launchUnderTest(new BaseAgent({ name: 'host', model }));
  const text = (await host.send('go')).map((each) => each.text).join('\n');
  expect(text).not.toMatch(/inner secret|\.ts:\d|at .*\(/);
});

it('ends with a typed error when the error itself is larger than the broker takes', async () => {
  const model = scriptedModel(() => {
    throw new BatonError('NOT_FOUND', 'x'.repeat(2_000_000));
  });
  await using host = await launchUnderTest(new BaseAgent({ name: 'host', model }));
  const received = await host.send('go');
  expect(shape(received)).toEqual(['ack', 'error 404', 'end']);
  expect(shape(await host.send('again'))).toEqual(['ack', 'error 404', 'end']);
});

it('ends with an error when the model or a skill throws before anything was said', async () => {
  class Broken extends Skill {
    @hook('on_message')
    broken() {
      throw new TypeError('cannot read properties of undefined');
    }
  }
  const agent = new BaseAgent({ name: 'host', model: echoModel(), skills: { broken: new Broken() } });
  await using host = await launchUnderTest(agent);
  expect(shape(await host.send('go'))).toEqual(['ack', 'error 500', 'end']);
});

it('ends the stream of an agent that can only hand off and has nowhere to', async () => {
  await using host = await launchUnderTest(new BaseAgent({ name: 'host' }));
  const received = await host.send('go');
  expect(shape(received)).toEqual(['ack', 'error 409', 'end']);
});

it('says nothing of its own inner notes to a caller that sent no envelope', async () => {
  class Work extends Skill {
    @tool
    look() {
      return 'found';
    }

    @handoff('host2')
    elsewhere(query: string) {
      return query === 'elsewhere';
    }
  }
  const calls = [{ type: 'tool_call' as const, id: '1', name: 'look', arguments: '{}' }];
  const agent = new BaseAgent({
    name: 'host',
    model: scriptedModel(calls, 'It is here.'),
    skills: { work: new Work() },
  });
  await using host = await launchUnderTest(agent);
  await host.mesh.launch(new BaseAgent({ name: 'host2', model: scriptedModel('It is there.') }));
  expect(shape(await host.send('look'))).toEqual(['ack', 'response', 'end']);
  const elsewhere = await host.send('elsewhere');
  expect(shape(elsewhere)).toEqual(['ack', 'response', 'end']);
  expect(answerOf(elsewhere)).toBe('It is there.');
});

it('sends a plain caller the answer a hook put in place of the one that failed', async () => {
  class Rescue extends Skill {
    @handoff('nobody')
    always() {
      return true;
    }

    @hook('after_handoff')
    rescue(context: Context) {
      context.handoffResult = { success: true, response: 'I will do it.' } as never;
    }
  }
  await using host = await launchUnderTest(new BaseAgent({ name: 'host', skills: { rescue: new Rescue() } }));
  const received = await host.send('go');
  expect(shape(received)).toEqual(['ack', 'response', 'end']);
  expect(answerOf(received)).toBe('I will do it.');
});

it('keeps the streams of a hundred prompts at once apart', async () => {
  await using host = await launchUnderTest(new BaseAgent({ name: 'host', model: echoModel() }));
  const asked = Array.from({ length: 100 }, (_, i) => `this is question number ${i}`);
  const answers = await Promise.all(asked.map((question) => host.send(question)));
  for (const received of answers) expectWellFormed(received);
  expect(answers.map(answerOf)).toEqual(asked);
});
