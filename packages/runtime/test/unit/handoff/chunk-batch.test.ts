import { expect, it } from 'vitest';
import { Answer } from '../../../src/handoff/answer.ts';
import { ReplyWriter } from '../../../src/handoff/reply-writer.ts';
import { BatonError } from '../../../src/wire/error.ts';
import { paperBus } from '../support/paper-bus.ts';

const ACK = '{"type":"status","data":"ack","instance":"I","every_s":2}';
const endOfTurn = () => new Promise((resolve) => setImmediate(resolve));

function open(maxPayload?: number) {
  const paper = paperBus(maxPayload);
  return { ...paper, writer: new ReplyWriter(paper.bus, 'reply', { toBaton: true, batch: true }) };
}

/** What a caller makes of it. */
function read(messages: readonly string[]) {
  const told: string[] = [];
  const answer = new Answer((event) => void told.push(event.type === 'text' ? event.text : event.type), {
    bus: paperBus().bus,
    address: { owner: 'o', agent: 'desk' },
  });
  const ends = messages.map((text) =>
    answer.take({ subject: 'reply', data: new TextEncoder().encode(text) } as never),
  );
  return { told, ends, taken: answer.isTaken };
}

it('puts an answer that is given in one turn into one message', async () => {
  const { writer, texts } = open();
  writer.ack(ACK);
  for (const text of ['a', 'b', 'c']) writer.text(text);
  expect(texts()).toEqual([]);
  writer.end();
  await endOfTurn();
  expect(texts()).toHaveLength(1);
  expect(read(texts())).toEqual({ told: ['a', 'b', 'c'], ends: [true], taken: true });
});

it('keeps nothing back beyond the turn: the ack goes out before work that takes longer', async () => {
  const { writer, texts } = open();
  writer.ack(ACK);
  await endOfTurn();
  writer.text('a');
  writer.superseded();
  writer.text('b');
  await endOfTurn();
  writer.end();
  expect(texts()).toHaveLength(3);
  expect(read(texts())).toEqual({ told: ['a', 'superseded', 'b'], ends: [false, false, true], taken: true });
});

it.each(['x', '\u0001', '"', '😀', 'é'])('never makes a message the broker would not take, of %j', (unit) => {
  const { writer, texts } = open(2000);
  const text = unit.repeat(5000);
  for (let at = 0; at < text.length; at += 7) writer.text(text.slice(at, at + 7));
  writer.chunk({ type: 'query', data: { id: 'q', reply_subject: '_INBOX.q', prompt: 'p'.repeat(1000) } });
  writer.end();
  const { told } = read(texts());
  expect(told.join('').replace('query', '')).toBe(text);
});

it('says what it has before an error, and nothing after it', async () => {
  const { writer, sent } = open();
  writer.ack(ACK);
  writer.text('half');
  writer.fail(new BatonError('INTERNAL', 'broken'));
  writer.text('more');
  await endOfTurn();
  expect(sent.map(({ text, headers }) => headers?.['Nats-Service-Error'] ?? text.length)).toEqual([
    expect.any(Number),
    'broken',
    0,
  ]);
  expect(read([sent[0]?.text ?? '']).told).toEqual(['half']);
});
