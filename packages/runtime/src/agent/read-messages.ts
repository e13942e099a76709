import { z } from 'zod';
import { explainIssue } from '../wire/envelope.ts';
import { BatonError } from '../wire/error.ts';
import { lastUserText, Message } from '../wire/message.ts';
import { describeValue } from '../wire/name.ts';

const Messages = z.array(Message);

/**
 * A conversation that plain JavaScript may have written.
 * @throws {BatonError} INVALID_ARGUMENT, by `name`, for what is no list of messages.
 */
export function readMessages(messages: unknown, name: string): readonly Message[] {
  const { error } = Messages.safeParse(messages);
  if (!error) return messages as readonly Message[];
  const { path = [] } = error.issues[0] ?? {};
  const problem = path.length === 0 ? 'it must be a list of messages' : explainIssue(error);
  throw new BatonError('INVALID_ARGUMENT', `"${name}" holds no messages: ${problem}`);
}

/**
 * What an agent is asked, as messages.
 * @throws {BatonError} INVALID_ARGUMENT for what is neither a text nor a conversation, or has no question.
 */
export function toMessages(input: string | readonly Message[]): readonly Message[] {
  const messages =
    typeof input === 'string' ? [{ role: 'user', content: input } as const] : conversation(input);
  if (lastUserText(messages).trim() === '') throw new BatonError('INVALID_ARGUMENT', 'the question is empty');
  return messages;
}

function conversation(input: unknown): readonly Message[] {
  if (Array.isArray(input)) return readMessages(input, 'question');
  const problem = `must be a text or a list of messages, not ${describeValue(input)}`;
  throw new BatonError('INVALID_ARGUMENT', `the question ${problem}`);
}
