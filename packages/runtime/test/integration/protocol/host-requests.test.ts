import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { expect, inject, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { echoModel } from '../../../src/testing/models.ts';
import { launchUnderTest } from '../support/agent-under-test.ts';
import { answerOf, shape } from '../support/raw-client.ts';

/** An agent that repeats what it was asked, and a raw client to ask it. */
const echoHost = () => launchUnderTest(new BaseAgent({ name: 'echo', model: echoModel() }));

const json = (value: unknown) => JSON.stringify(value);

it.each([
  ['plain text', 'where is my parcel?', 'where is my parcel?'],
  ['text that begins with a bracket', '[1, 2]', '[1, 2]'],
  ['text that begins with a digit', '42', '42'],
  ['text in quotes', '"quoted"', '"quoted"'],
  ['text with a brace later on', 'a {b}', 'a {b}'],
  ['text after white space', ' \t\r\n hello', ' \t\r\n hello'],
  ['text after a no-break space and a brace', '\u00a0{', '\u00a0{'],
  ['text of another script', 'Wo ist mein Päckchen? 📦 包裹', 'Wo ist mein Päckchen? 📦 包裹'],
  ['a JSON prompt', json({ prompt: 'hello' }), 'hello'],
  ['a JSON prompt after white space', ` \t\r\n${json({ prompt: 'hello' })}`, 'hello'],
  ['a JSON prompt with an empty list of attachments', json({ prompt: 'hello', attachments: [] }), 'hello'],
  ['a JSON prompt with unknown fields', json({ prompt: 'hello', session: 's', x: { y: [1] } }), 'hello'],
])('takes %s', async (_what, payload, heard) => {
  await using host = await echoHost();
  const received = await host.send(payload);
  expect(answerOf(received)).toBe(heard);
  expect(shape(received).at(0)).toBe('ack');
  expect(shape(received).at(-1)).toBe('end');
});

it('ignores headers it does not know, those of a signed sender included', async () => {
  await using host = await echoHost();
  const received = await host.send('hello', {
    'X-Trace': '1',
    'Agent-Sender': '{"v":1}',
    'Nats-Service-Error-Code': '500',
  });
  expect(answerOf(received)).toBe('hello');
});

it.each([
  ['zero bytes', ''],
  ['a brace and no JSON', '{'],
  ['bad JSON after white space', ' \n\t\r{"prompt": "x"'],
  ['JSON with something after it', `${json({ prompt: 'x' })} and more`],
  ['no prompt', json({ question: 'x' })],
  ['a prompt that is null', json({ prompt: null })],
  ['a prompt that is a number', json({ prompt: 7 })],
  ['a prompt that is a list', json({ prompt: ['x'] })],
  ['an empty prompt', json({ prompt: '' })],
  ['attachments that are no list', json({ prompt: 'x', attachments: { filename: 'a', content: '' } })],
  ['attachments that are null', json({ prompt: 'x', attachments: null })],
  ['an attachment without a name', json({ prompt: 'x', attachments: [{ content: 'QQ==' }] })],
  [
    'an attachment with an empty name',
    json({ prompt: 'x', attachments: [{ filename: '', content: 'QQ==' }] }),
  ],
  ['an attachment without content', json({ prompt: 'x', attachments: [{ filename: 'a' }] })],
  [
    'an attachment although none are taken',
    json({ prompt: 'x', attachments: [{ filename: 'a', content: 'QQ==' }] }),
  ],
  ['bytes that are no UTF-8', Uint8Array.from([0x68, 0x69, 0xff, 0xfe])],
  [
    'bytes that are no UTF-8 inside JSON',
    Buffer.concat([Buffer.from('{"prompt":"'), Buffer.from([0xc3]), Buffer.from('"}')]),
  ],
])('refuses %s with 400, no ack, a JSON body and the terminator', async (_what, payload) => {
  await using host = await echoHost();
  const received = await host.send(payload);
  expect(shape(received)).toEqual(['error 400', 'end']);
  const [error, end] = received;
  expect(error?.headers?.['Nats-Service-Error']).toMatch(/^[\x20-\x7e]{1,200}$/);
  expect(error?.json).toMatchObject({
    error: 'invalid_argument',
    message: expect.any(String),
    retryable: false,
  });
  expect(end).toMatchObject({ bytes: 0, headers: undefined });
});

it.each(['../up', 'a/b', 'a\\b', '.', '..', 'nul\0byte'])(
  'refuses the attachment name %j',
  async (filename) => {
    await using host = await echoHost();
    const received = await host.send(json({ prompt: 'x', attachments: [{ filename, content: 'QQ==' }] }));
    expect(shape(received)).toEqual(['error 400', 'end']);
    expect(received[0]?.headers?.['Nats-Service-Error']).toContain('filename');
  },
);

it.each(['QQ', 'Q===', 'QQ= =', 'QUJD\n', 'a-_b', '!!!!', 'QR=Q'])(
  'refuses the attachment content %j: it is not base64',
  async (content) => {
    await using host = await echoHost();
    const received = await host.send(json({ prompt: 'x', attachments: [{ filename: 'a.txt', content }] }));
    expect(shape(received)).toEqual(['error 400', 'end']);
    expect(received[0]?.headers?.['Nats-Service-Error']).toContain('content');
  },
);

it('refuses an envelope of another major version and says which one it speaks', async () => {
  await using host = await echoHost();
  const received = await host.send(json({ prompt: 'x', baton: { v: 2 } }));
  expect(shape(received)).toEqual(['error 400', 'end']);
  expect(received[0]?.json).toMatchObject({
    error: 'protocol',
    message: expect.stringMatching(/version 2 .*version 1/),
  });
});

it('refuses an envelope with a wrong field and names the field', async () => {
  await using host = await echoHost();
  const received = await host.send(json({ prompt: 'x', baton: { v: 1, id: 7 } }));
  expect(received[0]?.json).toMatchObject({
    error: 'invalid_argument',
    message: expect.stringContaining('"id"'),
  });
});

it('answers the next prompt as if nothing had happened after a hundred refused ones', async () => {
  await using host = await echoHost();
  const refused = await Promise.all(Array.from({ length: 100 }, () => host.send('{')));
  expect(new Set(refused.map((received) => shape(received).join()))).toEqual(new Set(['error 400,end']));
  expect(answerOf(await host.send('still there?'))).toBe('still there?');
});

it('lives on when a client publishes more than the broker takes', async () => {
  await using host = await echoHost();
  const { hostname, port } = new URL(inject('broker'));
  const socket = connectSocket(Number(port), hostname);
  let heard = '';
  socket.on('data', (data) => {
    heard += String(data);
  });
  await once(socket, 'connect');
  socket.write('CONNECT {"verbose":false}\r\n');
  socket.write(`PUB ${host.to} _INBOX.raw.1 2000000\r\n`);
  await once(socket, 'close');
  expect(heard).toContain('Maximum Payload Violation');
  expect(answerOf(await host.send('still there?'))).toBe('still there?');
});

it('takes a prompt as large as the broker carries', async () => {
  await using host = await echoHost();
  const payload = 'x'.repeat(host.client.info?.max_payload ?? 0);
  const received = await host.send(payload);
  expect(answerOf(received) === payload).toBe(true);
  expect(shape(received).filter((what) => what === 'response').length).toBeGreaterThan(1);
});

it('survives a prompt without a reply subject', async () => {
  await using host = await echoHost();
  host.client.publish(host.to, 'nobody waits for this');
  host.client.publish(host.to, '{');
  expect(answerOf(await host.send('but here is one'))).toBe('but here is one');
});
