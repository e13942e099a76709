import type { Ticket } from '@baton/skills';
import { writeOut } from '../terminal/output.ts';
import { printable } from '../terminal/printable.ts';
import { age } from './age.ts';
import { wholeTicketJson } from './json.ts';
import { noTickets, type TicketFlags, withTickets } from './tickets.ts';

/** A ticket for people: what is known of it, and what was said. What strangers wrote can only fill its own lines. */
export function ticketText(ticket: Ticket, now: number): string[] {
  const { id, state, agent, customerId, conversation, createdAt, reason, answer } = ticket;
  const facts: readonly (readonly [string, string])[] = [
    ['agent', agent],
    ['customer', customerId ?? 'not named'],
    ['conversation', conversation],
    ['created', `${createdAt}, ${age(createdAt, now)} ago`],
    ['reason', reason],
  ];
  return [
    `#${id} ${state}`,
    ...facts.flatMap(([name, text]) => entry(name, text)),
    '',
    ...conversationLines(ticket),
    ...(answer ? ['', ...entry('answer', answer.text), ...entry('by', `${answer.by}, ${answer.at}`)] : []),
  ];
}

/** The work of `baton tickets show`. */
export async function showTicket(id: string, flags: TicketFlags): Promise<never> {
  return await withTickets(flags, async (tickets) => {
    const ticket = (await tickets?.find(id)) ?? noTickets();
    const text = flags.json
      ? JSON.stringify(wholeTicketJson(ticket), null, 2)
      : ticketText(ticket, Date.now()).join('\n');
    await writeOut(`${text}\n`);
  });
}

function conversationLines({ messages, omitted }: Ticket): string[] {
  const missing = omitted > 0 ? [`(${omitted} older messages are left out)`] : [];
  return [...missing, ...messages.flatMap(({ role, content }) => entry(role, String(content ?? '')))];
}

const WIDTH = 14;

/** A name, and beside it the lines of a text. */
function entry(name: string, text: string): string[] {
  return text
    .split(/\r\n|[\r\n\u2028\u2029]/)
    .map((line, at) => `${(at === 0 ? name : '').padEnd(WIDTH)}${printable(line)}`.trimEnd());
}
