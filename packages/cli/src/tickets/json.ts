import type { Ticket, TicketAnswer } from '@baton/skills';

/** What `baton tickets --json` tells of a ticket; the names are part of the command's contract. */
export interface TicketJson
  extends Pick<Ticket, 'id' | 'state' | 'agent' | 'conversation' | 'reason' | 'createdAt'> {
  /** Null when nobody is named. */
  readonly customerId: string | null;
  readonly answer?: Pick<TicketAnswer, 'text' | 'by' | 'at'>;
}

/** As `show` tells it: with what was said. */
export interface WholeTicketJson extends TicketJson, Pick<Ticket, 'messages' | 'omitted'> {}

/** These fields and no others, whatever else the store holds. */
export function ticketJson(ticket: Ticket): TicketJson {
  const { id, state, agent, customerId, conversation, reason, createdAt, answer } = ticket;
  return {
    id,
    state,
    agent,
    customerId,
    conversation,
    reason,
    createdAt,
    ...(answer && { answer: { text: answer.text, by: answer.by, at: answer.at } }),
  };
}

export function wholeTicketJson(ticket: Ticket): WholeTicketJson {
  const { messages, omitted } = ticket;
  return { ...ticketJson(ticket), messages, omitted };
}
