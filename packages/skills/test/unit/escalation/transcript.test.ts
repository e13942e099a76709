import { type Message, textOf } from '@baton/runtime';
import { expect, it } from 'vitest';
import { transcript } from '../../../src/escalation/transcript.ts';

const MAX_BYTES = 128 * 1024;
const user = (content: Message['content']): Message => ({ role: 'user', content });

it('keeps what was said as text, and nothing else that came with it', () => {
  const parts = [
    { type: 'text', text: 'look' },
    { type: 'image_url', url: 'data:...' },
    { type: 'text', text: '!' },
  ];
  const messages = [{ ...user(parts), name: 'secret' }, user(null)];
  expect(transcript(messages)).toEqual({ messages: [user('look!'), user('')], omitted: 0 });
});

it('keeps the newest of a conversation of a megabyte, in order, and tells how much it left out', () => {
  const messages = Array.from({ length: 1000 }, (_, index) => user(`${index} ${'\u0001'.repeat(200)}`));
  const { messages: kept, omitted } = transcript(messages);
  expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThanOrEqual(MAX_BYTES);
  expect(kept.length).toBeGreaterThan(50);
  expect(omitted + kept.length).toBe(1000);
  expect(kept).toEqual(messages.slice(omitted));
});

it('cuts a message that alone is too long, never inside a character', () => {
  const { messages, omitted } = transcript([user('old'), user('😀'.repeat(500_000))]);
  const text = textOf(messages.at(-1) ?? user(''));
  expect(text).toMatch(/^😀+ \[cut: 1000000 characters in all\]$/u);
  expect(Buffer.byteLength(JSON.stringify(messages))).toBeLessThanOrEqual(MAX_BYTES);
  expect([messages.length, omitted]).toEqual([2, 0]);
});
