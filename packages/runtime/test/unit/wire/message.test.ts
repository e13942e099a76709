import { describe, expect, it } from 'vitest';
import { lastUserText, Message, textOf } from '../../../src/wire/message.ts';

const user = (content: Message['content']): Message => ({ role: 'user', content });

describe('the text of the last user message', () => {
  it.each<[string, Message[], string]>([
    ['there is none in no messages', [], ''],
    ['there is none when no user spoke', [{ role: 'system', content: 'x' }], ''],
    ['is found before a later answer', [user('mine'), { role: 'assistant', content: 'yours' }], 'mine'],
    ['is found before a later system message', [user('mine'), { role: 'system', content: 'x' }], 'mine'],
    ['is the last of several', [user('one'), user('two')], 'two'],
    ['is empty when the last one is, whatever came before', [user('one'), user('')], ''],
    ['is empty for null', [user(null)], ''],
    ['is empty for no content', [{ role: 'user' }], ''],
    ['is empty for no parts', [user([])], ''],
    [
      'is that of its text parts alone, joined',
      [
        user([
          { type: 'text', text: 'a ' },
          { type: 'image_url', text: 'not this' },
          { type: 'text', text: 'b' },
        ]),
      ],
      'a b',
    ],
    ['is empty for a text part without text', [user([{ type: 'text' }])], ''],
    ['keeps its case and its spaces', [user('  Where IS it? ')], '  Where IS it? '],
  ])('%s', (_what, messages, text) => {
    expect(lastUserText(messages)).toBe(text);
  });

  it('may be very long', () => {
    const long = 'x'.repeat(5_000_000);
    expect(lastUserText([user(long)])).toBe(long);
  });
});

describe('a message', () => {
  it('keeps parts and fields nobody here knows', () => {
    const odd = { role: 'user', content: [{ type: 'audio', data: 'x' }], name: 'Ann' };
    expect(Message.parse(odd)).toEqual(odd);
    expect(textOf(Message.parse(odd))).toBe('');
  });

  it.each([
    { role: 'king', content: 'x' },
    { content: 'x' },
    { role: 'user', content: 5 },
    { role: 'user', content: ['x'] },
    null,
    'x',
  ])('is not %j', (value) => {
    expect(Message.safeParse(value).success).toBe(false);
  });
});
