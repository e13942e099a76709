import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, tool } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import type { ErrorCode } from '../../../src/wire/error.ts';
import { type ForeignHostOptions, knows, startForeignHost, untilSees } from '../support/foreign-host.ts';
import { joinTest, newOwner } from '../support/mesh.ts';

type Answer = ForeignHostOptions['answer'];

/** A member of the mesh that sees one host of another make, called `stranger`. */
async function withStranger(answer?: Answer, options: Partial<ForeignHostOptions> = {}) {
  const owner = options.owner ?? newOwner();
  const mesh = await joinTest(owner);
  const host = await startForeignHost({ owner, name: 'stranger', ...(answer && { answer }), ...options });
  await untilSees(mesh, knows('stranger'));
  return {
    owner,
    mesh,
    host,
    async [Symbol.asyncDispose]() {
      await mesh.close();
      await host[Symbol.asyncDispose]();
    },
  };
}

it('asks a host of another make by its name', async () => {
  await using test = await withStranger();
  const result = await test.mesh.ask('stranger', 'hello there');
  expect(result).toMatchObject({ success: true, response: 'hello there', agent: 'stranger', handoffs: [] });
});

it('asks a host of another make before it has had time to look around', async () => {
  await using test = await withStranger();
  await using newcomer = await joinTest(test.owner);
  expect(await newcomer.ask('stranger', 'hello')).toMatchObject({ success: true, response: 'hello' });
});

it('asks a host of another make of another owner by its address, and not by its bare name', async () => {
  await using test = await withStranger();
  await using visitor = await joinTest(newOwner());
  await untilSees(visitor, knows('stranger'));
  expect(await visitor.ask(`${test.owner}/stranger`, 'hello')).toMatchObject({ response: 'hello' });
  expect((await visitor.ask('stranger', 'hello')).error?.code).toBe('NOT_FOUND');
});

it('publishes on the subject the host announced, word for word', async () => {
  await using test = await withStranger(undefined, { kind: 'cc' });
  expect(await test.mesh.ask('stranger', 'hello')).toMatchObject({ success: true, response: 'hello' });
  const owner = newOwner();
  const promptSubject = `agents.ask.other.${owner}.stranger.v2`;
  await using odd = await withStranger(undefined, { owner, promptSubject });
  expect(await odd.mesh.ask('stranger', 'hello')).toMatchObject({ success: true, response: 'hello' });
});

it('sends a request any host of the protocol can read: a prompt, one key of its own, no headers', async () => {
  const requests: { body: Record<string, unknown>; headers: boolean }[] = [];
  await using test = await withStranger(({ request, requestHeaders, end }) => {
    requests.push({ body: JSON.parse(request), headers: requestHeaders });
    end();
  });
  await test.mesh.ask('stranger', 'hello', { user: 'u-1' });
  expect(requests).toMatchObject([{ headers: false, body: { prompt: 'hello', baton: { v: 1 } } }]);
  expect(Object.keys(requests[0]?.body ?? {}).sort()).toEqual(['baton', 'prompt']);
});

it('hands off to a host of another make and returns its answer', async () => {
  await using test = await withStranger();
  class Route extends Skill {
    @handoff('stranger')
    always() {
      return true;
    }
  }
  await test.mesh.launch(new BaseAgent({ name: 'front', skills: { route: new Route() } }));
  const result = await test.mesh.ask('front', 'pass it on');
  expect(result).toMatchObject({ success: true, response: 'pass it on', agent: 'stranger' });
  expect(result.handoffs).toMatchObject([{ from: 'front', to: 'stranger', success: true }]);
});

it('lets a tool ask a host of another make', async () => {
  await using test = await withStranger();
  class Consult extends Skill {
    @tool
    async consult(_args: Record<string, unknown>, context: Context) {
      return (await context.query('stranger', 'what do you say?')).response;
    }
  }
  const call = [{ type: 'tool_call' as const, id: '1', name: 'consult', arguments: '{}' }];
  const model = scriptedModel(call, ({ messages }) => [
    { type: 'text', text: messages.at(-1)?.content ?? '' },
  ]);
  await test.mesh.launch(new BaseAgent({ name: 'front', model, skills: { consult: new Consult() } }));
  expect(await test.mesh.ask('front', 'ask them')).toMatchObject({ response: 'what do you say?' });
});

it('adds up both forms of response data in order, and keeps nothing else', async () => {
  await using test = await withStranger(({ chunk, end }) => {
    chunk({ type: 'status', data: 'ack' });
    chunk({ type: 'response', data: 'one ' });
    chunk({ type: 'response', data: { text: 'two ' }, extra: 1 });
    chunk({
      type: 'response',
      data: { text: 'three', attachments: [{ filename: 'a.txt', content: 'QQ==' }] },
    });
    chunk({ type: 'response', data: { attachments: [{ filename: 'a.txt', content: 'QQ==' }] } });
    chunk({ type: 'response', data: '' });
    end();
  });
  expect(await test.mesh.ask('stranger', 'go')).toMatchObject({ success: true, response: 'one two three' });
});

it.each<[string, unknown]>([
  ['an unknown type', { type: 'thought', data: 'hm' }],
  ['an unknown status', { type: 'status', data: 'thinking' }],
  ['a second ack', { type: 'status', data: 'ack' }],
  ['a question', { type: 'query', data: { id: 'q', reply_subject: '_INBOX.q', prompt: 'which?' } }],
  ['a malformed question', { type: 'query', data: 'which?' }],
  ['a chunk without data', { type: 'response' }],
  ['a chunk whose data is a number', { type: 'response', data: 5 }],
  ['a chunk without a type', { data: 'x' }],
  [
    'a note of Baton of an unknown kind',
    { type: 'baton', data: { kind: 'mood', result: { success: 'maybe' } } },
  ],
  ['a note of Baton that is none', { type: 'baton', data: { kind: 'handoff', handoff: 'x' } }],
  ['a list', ['response', 'x']],
  ['null', null],
  ['attachments that are null', { type: 'response', data: { text: 'lost', attachments: null } }],
])('skips %s', async (_what, chunk) => {
  await using test = await withStranger((reply) => {
    reply.chunk({ type: 'status', data: 'ack' });
    reply.chunk({ type: 'response', data: 'before, ' });
    reply.chunk(chunk);
    reply.chunk({ type: 'response', data: 'after' });
    reply.end();
  });
  expect(await test.mesh.ask('stranger', 'go')).toMatchObject({ success: true, response: 'before, after' });
});

it.each(['plain words', '{"type":"response","da', '\u0000', '[', '"response"'])(
  'skips the text %j',
  async (text) => {
    await using test = await withStranger((reply) => {
      reply.raw(text);
      reply.chunk({ type: 'response', data: 'heard' });
      reply.end();
    });
    expect(await test.mesh.ask('stranger', 'go')).toMatchObject({ success: true, response: 'heard' });
  },
);

it('reads on past an empty message that has headers: only one without is the end', async () => {
  await using test = await withStranger((reply) => {
    reply.chunk({ type: 'response', data: 'first, ' });
    reply.raw('', { 'X-Trace': '1' });
    reply.chunk({ type: 'response', data: 'last' });
    reply.end();
  });
  expect(await test.mesh.ask('stranger', 'go')).toMatchObject({ success: true, response: 'first, last' });
});

it('reads a chunk that has headers of no meaning to it', async () => {
  await using test = await withStranger((reply) => {
    reply.raw(JSON.stringify({ type: 'response', data: 'heard' }), { 'X-Trace': '1' });
    reply.end();
  });
  expect(await test.mesh.ask('stranger', 'go')).toMatchObject({ success: true, response: 'heard' });
});

it.each<[string, ErrorCode, boolean]>([
  ['400', 'INVALID_ARGUMENT', false],
  ['401', 'PERMISSION_DENIED', false],
  ['403', 'PERMISSION_DENIED', false],
  ['404', 'NOT_FOUND', false],
  ['409', 'FAILED_PRECONDITION', false],
  ['429', 'RESOURCE_EXHAUSTED', true],
  ['500', 'INTERNAL', false],
  ['999', 'INTERNAL', false],
  ['nonsense', 'INTERNAL', false],
])('reads the error code %s without a body as %s', async (header, code, retryable) => {
  await using test = await withStranger((reply) => {
    reply.raw('', { 'Nats-Service-Error-Code': header, 'Nats-Service-Error': 'not now' });
    reply.end();
  });
  const result = await test.mesh.ask('stranger', 'go');
  expect(result).toMatchObject({ success: false, response: null, agent: 'stranger' });
  expect(result.error).toMatchObject({ code, retryable, message: 'not now' });
});

it.each<[string, string]>([
  ['a body in the protocol’s words', '{"error":"rate_limited","message":"slow down","retry_after_s":3}'],
  ['a body that is no JSON', 'slow down'],
  ['a body that is no object', '"slow down"'],
])('reads an error with %s', async (_what, body) => {
  await using test = await withStranger((reply) => {
    reply.chunk({ type: 'status', data: 'ack' });
    reply.chunk({ type: 'response', data: 'half an ans' });
    reply.raw(body, { 'Nats-Service-Error-Code': '429', 'Nats-Service-Error': 'slow down' });
    reply.end();
  });
  const result = await test.mesh.ask('stranger', 'go');
  expect(result.error).toMatchObject({ code: 'RESOURCE_EXHAUSTED', message: 'slow down', retryable: true });
  expect(result.response).toBe('half an ans');
});

it('keeps the error of a host that then forgot to end its stream', async () => {
  await using test = await withStranger((reply) => {
    reply.raw('', { 'Nats-Service-Error-Code': '429', 'Nats-Service-Error': 'slow down' });
  });
  const result = await test.mesh.ask('stranger', 'go', { timeoutMs: 400 });
  expect(result.error).toMatchObject({ code: 'RESOURCE_EXHAUSTED', message: 'slow down' });
});

it('gives up on a host that goes silent at the deadline, with the text that had come', async () => {
  await using test = await withStranger((reply) => {
    reply.chunk({ type: 'status', data: 'ack' });
    reply.chunk({ type: 'response', data: 'so far' });
  });
  const result = await test.mesh.ask('stranger', 'go', { timeoutMs: 400 });
  expect(result).toMatchObject({ success: false, response: 'so far', error: { code: 'DEADLINE_EXCEEDED' } });
  expect(result.durationMs).toBeLessThan(1000);
});

it('gives up on a host that died in the middle of an answer', async () => {
  await using test = await withStranger(async (reply) => {
    reply.chunk({ type: 'status', data: 'ack' });
    await test.host.client.flush();
    await test.host.client.close();
  });
  const result = await test.mesh.ask('stranger', 'go', { timeoutMs: 600 });
  expect(result.success).toBe(false);
  expect(['DEADLINE_EXCEEDED', 'UNAVAILABLE']).toContain(result.error?.code);
  expect((await test.mesh.ask('stranger', 'go')).error?.code).toBe('UNAVAILABLE');
});

it('never lets a host put anything but its own subject on the wire', async () => {
  await using mesh = await joinTest(newOwner());
  const { owner } = mesh;
  const evil = ['.x 0\r\n\r\nPUB stolen 0\r\n\r\nPUB x', ' reply', '.>', '.*', '\t', '\0'];
  await using host = await startForeignHost({ owner, name: 'honest' });
  const heard: string[] = [];
  const answered = new Set<number>();
  host.client.subscribe('stolen', { callback: (_error, message) => heard.push(message.subject) });
  // An answer to discovery is anybody's word: it may name any endpoint subject it likes.
  for (const [i, suffix] of evil.entries()) {
    const subject = `agents.prompt.other.${owner}.evil${i}${suffix}`;
    const info = {
      type: 'io.nats.micro.v1.info_response',
      id: `EVIL${i}`,
      name: 'agents',
      version: '1.0.0',
      metadata: { agent: 'other', owner, protocol_version: '0.3' },
      endpoints: [{ name: 'prompt', subject }],
    };
    host.client.subscribe(`$SRV.INFO.agents.EVIL${i}`, {
      callback: (_error, message) => {
        message.respond(JSON.stringify(info));
        answered.add(i);
      },
    });
    await host.client.flush();
    const beat = { agent: 'other', owner, instance_id: `EVIL${i}`, ts: '', interval_s: 1 };
    host.client.publish(`agents.hb.other.${owner}.evil${i}`, JSON.stringify(beat));
  }
  await untilSees(mesh, knows('honest'));
  await expect.poll(() => answered.size).toBe(evil.length);
  // Came on the connection the answers to discovery came on, after them.
  await mesh.ask('honest', 'hello');
  for (const i of evil.keys()) {
    const result = await mesh.ask(`evil${i}`, 'hello', { timeoutMs: 300 });
    expect(result.success).toBe(false);
  }
  expect(await mesh.ask('honest', 'hello')).toMatchObject({ success: true });
  await host.client.flush();
  expect(heard).toEqual([]);
});
