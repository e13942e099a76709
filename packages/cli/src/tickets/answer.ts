import { userInfo } from 'node:os';
import { readStdin } from '../read-stdin.ts';
import { writeOut } from '../terminal/output.ts';
import { printable } from '../terminal/printable.ts';
import { wholeTicketJson } from './json.ts';
import { noTickets, type TicketFlags, withTickets } from './tickets.ts';

/** The work of `baton tickets answer`. */
export async function answerTicket(
  id: string,
  text: string,
  { by = userName(), ...flags }: TicketFlags & { readonly by?: string },
): Promise<never> {
  return await withTickets(flags, async (tickets) => {
    if (!tickets) return noTickets();
    const answer = text === '-' ? await readStdin(process.stdin, 'answer') : text;
    const ticket = await tickets.answer(id, { text: answer, by });
    if (flags.json) return await writeOut(`${JSON.stringify(wholeTicketJson(ticket), null, 2)}\n`);
    const reader = ticket.customerId ?? 'whoever continues it';
    const line = `answered #${ticket.id}: ${reader} reads it with the next message of conversation ${ticket.conversation}`;
    await writeOut(`${printable(line)}\n`);
  });
}

/** Some containers have users without a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'a human agent';
  }
}
