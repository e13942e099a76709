import { describe, expect, it } from 'vitest';
import { chunkText, decodeChunks } from '../../../src/wire/chunk.ts';
import { decodeHeartbeat, MAX_INTERVAL_S } from '../../../src/wire/heartbeat.ts';
import { Attachment, decodePrompt } from '../../../src/wire/prompt.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('a prompt', () => {
  it.each([
    ['hello', 'hello'],
    ['[{"prompt":"x"}]', '[{"prompt":"x"}]'],
    ['12', '12'],
    ['"{"', '"{"'],
    ['null', 'null'],
    ['\u00a0{"prompt":"x"}', '\u00a0{"prompt":"x"}'],
    ['\u000b{', '\u000b{'],
    ['\f{', '\f{'],
    ['   ', '   '],
  ])('is the whole text when it is not JSON: %j', (text, prompt) => {
    expect(decodePrompt(bytes(text))).toEqual({ prompt, attachments: [], envelope: undefined });
  });

  it.each(['{"prompt":"x"}', ' {"prompt":"x"}', '\t\r\n {"prompt":"x","more":{"a":1}} \n'])(
    'is read from JSON: %j',
    (text) => {
      expect(decodePrompt(bytes(text)).prompt).toBe('x');
    },
  );

  it('keeps its attachments and their unknown fields', () => {
    const attachments = [{ filename: 'a b (1).txt', content: 'QUJD', mime: 'text/plain' }];
    expect(decodePrompt(bytes(JSON.stringify({ prompt: 'x', attachments }))).attachments).toEqual(
      attachments,
    );
  });

  it.each([
    ['', 'the prompt is empty'],
    ['{', 'the prompt begins with "{" but is not valid JSON'],
    ['{"a":1}', 'prompt field "prompt": '],
    ['{"prompt":"x","attachments":[{"filename":"a","content":5}]}', 'prompt field "attachments.0.content": '],
    ['{"prompt":"x","baton":null}', 'envelope field "baton": '],
  ])('says what is wrong with %j', (text, message) => {
    expect(() => decodePrompt(bytes(text))).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(message) }),
    );
  });

  it('is not read when its bytes are no UTF-8', () => {
    for (const data of [[0xff], [0xc3], [0x68, 0xed, 0xa0, 0x80]]) {
      expect(() => decodePrompt(Uint8Array.from(data))).toThrow('the prompt is not valid UTF-8');
    }
  });
});

describe('an attachment', () => {
  it.each(['', 'QQ==', 'QUI=', 'QUJD', '+/+/'])('has standard padded base64 as content: %j', (content) => {
    expect(Attachment.safeParse({ filename: 'a', content }).success).toBe(true);
  });

  it.each(['QQ', 'QQ=', 'Q', 'QQ==\n', ' QQ==', 'QU JD', '-_-_', 'QQ==QQ==', '====', 'é'])(
    'does not have %j as content',
    (content) => {
      expect(Attachment.safeParse({ filename: 'a', content }).success).toBe(false);
    },
  );

  it.each(['a', '.profile', '..a', '...', 'a b', '名前.txt', 'C:evil'])('may be named %j', (filename) => {
    expect(Attachment.safeParse({ filename, content: '' }).success).toBe(true);
  });

  it.each(['', '.', '..', '/', 'a/b', '../a', 'a\\b', 'a\0', '/etc/passwd'])(
    'may not be named %j',
    (filename) => {
      expect(Attachment.safeParse({ filename, content: '' }).success).toBe(false);
    },
  );
});

describe('a chunk', () => {
  it.each([
    ['{"type":"response","data":"a"}', 'a'],
    ['{"type":"response","data":{"text":"a"}}', 'a'],
    ['{"type":"response","data":{}}', ''],
    ['[{"type":"response","data":"a"},{"type":"end"}]', 'a'],
    ['[7,null,[],{"type":"response","data":"a"}]', 'a'],
    ['{"type":"response","data":{"text":"a","x":1},"y":2}', 'a'],
  ])('of an answer adds its text: %s', (text, added) => {
    const [chunk] = decodeChunks(bytes(text));
    expect(chunk?.type === 'response' && chunkText(chunk.data)).toBe(added);
  });

  it.each([
    '',
    'x',
    '{',
    'null',
    '[]',
    '5',
    '{}',
    '{"type":"news","data":"x"}',
    '{"type":"response"}',
    '{"type":"response","data":5}',
    '{"type":"response","data":{"text":5}}',
    '{"type":"status","data":{}}',
    '{"type":"baton","data":{"kind":"news"}}',
    '{"type":"__proto__","data":"x"}',
  ])('is skipped when it is %j', (text) => {
    expect(decodeChunks(bytes(text))).toEqual([]);
  });
});

describe('a heartbeat', () => {
  const whole = { agent: 'other', owner: 'acme', instance_id: 'ID', ts: 'now', interval_s: 30 };
  const decode = (changes: object) => decodeHeartbeat(bytes(JSON.stringify({ ...whole, ...changes })));

  it('needs only what the protocol asks for, and keeps what it does not know', () => {
    expect(decode({})).toMatchObject(whole);
    expect(decode({ mood: 'fine', interval_s: 0.5 })).toMatchObject({ mood: 'fine', interval_s: 0.5 });
    expect(decode({ interval_s: MAX_INTERVAL_S })).toBeDefined();
  });

  it('is no heartbeat with a wrong field', () => {
    const wrong = [
      { agent: 5 },
      { owner: null },
      { session: null },
      { instance_id: '' },
      { instance_id: 'a.b' },
      { instance_id: 'x'.repeat(129) },
      { ts: 5 },
      { interval_s: 0 },
      { interval_s: -1 },
      { interval_s: MAX_INTERVAL_S + 1 },
      { interval_s: '2' },
    ];
    for (const changes of wrong) expect(decode(changes), JSON.stringify(changes)).toBeUndefined();
  });

  it('counts for a sign of life although fields of the same name as ours mean something else', () => {
    const beat = decode({ state: 'happy', in_flight: -1, capacity: 0, card: { a: 1 } });
    expect(beat).toMatchObject(whole);
    expect([beat?.state, beat?.in_flight, beat?.capacity, beat?.card]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
