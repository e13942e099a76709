import { Message } from '@baton/runtime';
import { z } from 'zod';

/** What a person has answered to a ticket. */
export const TicketAnswer = z.looseObject({
  text: z.string(),
  by: z.string(),
  at: z.iso.datetime(),
});
export type TicketAnswer = z.infer<typeof TicketAnswer>;

/** A customer's matter in the hands of people. */
export const Ticket = z.looseObject({
  /** Six characters, shown with a `#` before them. */
  id: z.string(),
  /** The agent that made it. */
  agent: z.string(),
  /** Null when nobody was named. */
  customerId: z.string().nullable(),
  conversation: z.string(),
  /** Why; when the conversation was escalated again, each reason on a line of its own. */
  reason: z.string(),
  /** What was said until then, the newest of it when it was too long. */
  messages: z.array(Message),
  /** Older messages that were left out. */
  omitted: z.number().default(0),
  createdAt: z.iso.datetime(),
  state: z.enum(['open', 'answered']),
  answer: TicketAnswer.optional(),
});
export type Ticket = z.infer<typeof Ticket>;

/** How a ticket begins, as the store holds it. */
export const Opening = Ticket.omit({ state: true, answer: true });
export type Opening = z.infer<typeof Opening>;

/** The same conversation escalated again. */
export const Further = Ticket.pick({ reason: true, messages: true, omitted: true }).extend({
  at: z.iso.datetime(),
});
export type Further = z.infer<typeof Further>;

/** An answer as the store holds it: it can be told after the ticket's own time is over. */
export const AnswerRecord = TicketAnswer.extend({ id: z.string() });
export type AnswerRecord = z.infer<typeof AnswerRecord>;
