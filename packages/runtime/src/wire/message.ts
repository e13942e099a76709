import { z } from 'zod';

/** One part of a message that is more than plain text; parts other than text are kept and ignored. */
export const ContentPart = z.looseObject({ type: z.string(), text: z.string().optional() });
export type ContentPart = z.infer<typeof ContentPart>;

/** One message of a conversation, in the field's common form. */
export const Message = z.looseObject({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.union([z.string(), z.array(ContentPart), z.null()]).optional(),
});
export type Message = z.infer<typeof Message>;

/** The text of a message; parts that are not text count as nothing. */
export function textOf(message: Message): string {
  const { content } = message;
  if (typeof content === 'string') return content;
  if (!content) return '';
  return content
    .filter((part) => part.type === 'text')
    .map((part) => part.text ?? '')
    .join('');
}

/** What handoff conditions are asked about: the text of the last message a user wrote, or ''. */
export function lastUserText(messages: readonly Message[]): string {
  const last = messages.findLast((message) => message.role === 'user');
  return last ? textOf(last) : '';
}
