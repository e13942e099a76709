import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Bus } from '../../../src/bus/bus.ts';
import { KeepAlive } from '../../../src/handoff/keep-alive.ts';
import { ReplyWriter } from '../../../src/handoff/reply-writer.ts';
import { BatonError } from '../../../src/wire/error.ts';

/** A bus that keeps what is published on it. */
function paperBus(maxPayload = 1_000_000) {
  const sent: { text: string; headers: Record<string, string> | undefined }[] = [];
  const publish = (
    _subject: string,
    data: Uint8Array,
    options: { headers?: Record<string, string> } = {},
  ) => {
    if (data.length > maxPayload) throw new BatonError('INVALID_ARGUMENT', 'too large');
    sent.push({ text: new TextDecoder().decode(data), headers: options.headers });
  };
  return { bus: { publish, maxPayload } as unknown as Bus, sent, texts: () => sent.map(({ text }) => text) };
}

const ACK = '{"type":"status","data":"ack"}';
const said = (texts: string[]) => texts.map((text) => (JSON.parse(text) as { data: string }).data).join('');

describe('a response stream', () => {
  it('says nothing after its end, however often it is asked to', () => {
    const { bus, texts } = paperBus();
    const writer = new ReplyWriter(bus, 'reply');
    writer.ack();
    writer.text('hello');
    writer.end();
    writer.end();
    writer.ack();
    writer.text('more');
    writer.fail(new BatonError('INTERNAL', 'late'));
    expect(texts()).toEqual([ACK, '{"type":"response","data":"hello"}', '']);
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
    expect(sent[1]).toEqual({ text: '', headers: undefined });
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

describe('a keep-alive', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const second = 1000;

  it('breaks a silence well before a minute is over, and goes on doing so', () => {
    const { bus, texts } = paperBus();
    const writer = new ReplyWriter(bus, 'reply');
    writer.ack();
    new KeepAlive().add(writer);
    vi.advanceTimersByTime(20 * second);
    expect(texts()).toHaveLength(1);
    vi.advanceTimersByTime(15 * second);
    expect(texts()).toEqual([ACK, ACK]);
    vi.advanceTimersByTime(300 * second);
    const spacing = (300 * second) / (texts().length - 2);
    expect(spacing).toBeGreaterThanOrEqual(20 * second);
    expect(spacing).toBeLessThanOrEqual(35 * second);
  });

  it('keeps quiet while there is something to say', () => {
    const { bus, texts } = paperBus();
    const writer = new ReplyWriter(bus, 'reply');
    new KeepAlive().add(writer);
    for (let i = 0; i < 20; i++) {
      writer.text('x');
      vi.advanceTimersByTime(20 * second);
    }
    expect(texts()).not.toContain(ACK);
  });

  it('serves every running answer with one timer, and has none when there is no answer running', () => {
    const { bus } = paperBus();
    const keepAlive = new KeepAlive();
    const writers = [1, 2, 3].map((n) => new ReplyWriter(bus, `reply${n}`));
    for (const writer of writers) keepAlive.add(writer);
    expect(vi.getTimerCount()).toBe(1);
    for (const writer of writers) keepAlive.remove(writer);
    expect(vi.getTimerCount()).toBe(0);
    keepAlive.remove(writers[0] as ReplyWriter);
    keepAlive.add(writers[0] as ReplyWriter);
    expect(vi.getTimerCount()).toBe(1);
  });

  it('never speaks for an answer that is over', () => {
    const { bus, texts } = paperBus();
    const keepAlive = new KeepAlive();
    const writer = new ReplyWriter(bus, 'reply');
    keepAlive.add(writer);
    keepAlive.remove(writer);
    writer.end();
    vi.advanceTimersByTime(300 * second);
    expect(texts()).toEqual(['']);
  });

  it('survives a caller that can no longer be reached', () => {
    const { bus } = paperBus();
    let tried = 0;
    const closed = {
      ...bus,
      publish: () => {
        tried++;
        throw new BatonError('UNAVAILABLE', 'closed');
      },
    } as unknown as Bus;
    const keepAlive = new KeepAlive();
    keepAlive.add(new ReplyWriter(closed, 'reply'));
    expect(() => vi.advanceTimersByTime(300 * second)).not.toThrow();
    expect(tried).toBeGreaterThan(0);
  });
});
