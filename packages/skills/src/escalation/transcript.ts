import { type Message, textOf } from '@baton/runtime';

/** What a ticket keeps of a conversation, bytes of JSON. */
const MAX_BYTES = 128 * 1024;
/** JSON may write one character as six bytes. */
const MAX_CHARACTERS = Math.floor(MAX_BYTES / 6) - 100;

/** What was said, as text: the newest messages that a ticket has room for, and how many older ones it has not. */
export function transcript(messages: readonly Message[]): { messages: Message[]; omitted: number } {
  const said = messages.map(({ role, content }) => ({ role, content: textOf({ role, content }) }));
  const kept: Message[] = [];
  let room = MAX_BYTES;
  for (const message of said.reverse()) {
    const whole = size(message) <= MAX_BYTES ? message : { ...message, content: cut(message.content) };
    room -= size(whole);
    if (room < 0) break;
    kept.unshift(whole);
  }
  return { messages: kept, omitted: said.length - kept.length };
}

/** The beginning of a text that is too long, and a note that it is. */
export function cut(text: string, limit = MAX_CHARACTERS): string {
  if (text.length <= limit) return text;
  // Never inside a character.
  const beginning = text.slice(0, limit).replace(/[\ud800-\udbff]$/, '');
  return `${beginning} [cut: ${text.length} characters in all]`;
}

function size(message: Message): number {
  return Buffer.byteLength(JSON.stringify(message)) + 1;
}
