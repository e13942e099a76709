import { describe, expect, it } from 'vitest';
import { ReplyWriter } from '../../../src/handoff/reply-writer.ts';
import { BatonError } from '../../../src/wire/error.ts';
import { paperBus } from '../support/paper-bus.ts';

const ACK = '{"type":"status","data":"ack"}';
const said = (texts: string[]) => texts.map((text) => (JSON.parse(text) as { data: string }).data).join('');

describe('a response stream', () => {
  it('says nothing after its end, however often it is asked to', () => {
    const { bus, texts } = paperBus();
    const writer = new ReplyWriter(bus, 'reply');
    writer.ack(ACK);
    writer.text('hello');
    writer.end();
    writer.end();
    writer.ack(ACK);
    writer.text('more');
    writer.fail(new BatonError('INTERNAL', 'late'));
    expect(texts()).toEqual([ACK, '{"type":"response","data":"hello"}', '']);
  });

  it('numbers its pieces for callers that sent an envelope, and counts them', () => {
    const { bus, texts } = paperBus(1000);
    const writer = new ReplyWriter(bus, 'reply', { toBaton: true });
    writer.text('a');
    writer.text('b'.repeat(200));
    const numbers = texts().map((text) => (JSON.parse(text) as { seq: number }).seq);
    expect([numbers, writer.pieces]).toEqual([[1, 2, 3], 3]);
  });

  it('says nothing after an error but its end', () => {
    const { bus, sent } = paperBus();
    const writer = new ReplyWriter(bus, 'reply');
    writer.fail(new BatonError('RESOURCE_EXHAUSTED', 'slow\ndown'));
    writer.text('more');
    expect(sent).toHaveLength(2);
    expect(sent[0]?.headers).toEqual({
      'Nats-Service-Error-Code': '429',
      'Nats-Service-Error': 'slow | down',
    });
    expect(sent[1]).toMatchObject({ text: '', headers: undefined });
  });

  it.each(['plain', '\u0000\u0001', '"\\', '😀', 'é', '\ud83d'])(
    'cuts an answer of %j into pieces the broker takes, and never inside a character',
    (unit) => {
      const { bus, texts } = paperBus(1000);
      const text = unit.repeat(2000);
      new ReplyWriter(bus, 'reply').text(text);
      expect(texts().length).toBeGreaterThan(1);
      expect(said(texts())).toBe(text);
      if (unit.length === 2) for (const piece of texts()) expect(piece).not.toMatch(/\\ud[89a-f]/i);
    },
  );

  it('is cut at the odd place without tearing a character there', () => {
    const { bus, texts } = paperBus(1000);
    const text = `x${'😀'.repeat(1000)}`;
    new ReplyWriter(bus, 'reply').text(text);
    expect(said(texts())).toBe(text);
    for (const piece of texts()) expect(piece).not.toMatch(/\\ud[89a-f]/i);
  });
});
