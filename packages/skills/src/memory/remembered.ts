import { Message } from '@baton/runtime';
import { z } from 'zod';

/** What the store holds of a conversation. */
export const Remembered = z.object({
  messages: z.array(Message),
  state: z.record(z.string(), z.unknown()),
  /** Of what was said before the first of the messages. */
  summary: z.string().optional(),
});
export type Remembered = z.infer<typeof Remembered>;

/** The author's own values for a conversation, as `context.state` holds them. */
export type State = Record<string, unknown>;

/**
 * A summary as a message. The assistant says it: a user's message would be searched for and answered as the user's
 * words, and a system message would make instructions of what somebody once typed. It travels with a handoff, where it
 * is one more thing that was said.
 */
function summaryMessage(summary: string): Message {
  return { role: 'assistant', content: `Summary of the conversation before this:\n${summary}` };
}

/** A key of its own: JSON leaves it out, and a copy of a message keeps it. */
const RECALLED = Symbol('recalled');

/** What is put before the new message, marked so that it is not taken for something new and remembered twice. */
export function recalledMessages({ summary, messages }: Remembered): Message[] {
  const all = summary === undefined ? messages : [summaryMessage(summary), ...messages];
  return all.map((message) => ({ ...message, [RECALLED]: true }));
}

export function isRecalled(message: Message): boolean {
  return RECALLED in message;
}

/**
 * Does to `target` what was done from `before` to `after`, key by key, and leaves alone what was not touched. Values
 * are taken as the JSON they are kept as.
 */
export function applyChanges(target: State, before: State, after: State): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const text = JSON.stringify(after[key]) as string | undefined;
    if (text === JSON.stringify(before[key])) continue;
    if (text === undefined) delete target[key];
    else target[key] = JSON.parse(text);
  }
}
