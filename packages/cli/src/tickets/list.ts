import type { Ticket } from '@baton/skills';
import { writeOut } from '../terminal/output.ts';
import { paint } from '../terminal/paint.ts';
import { type Column, formatTable } from '../terminal/table.ts';
import { age } from './age.ts';
import { ticketJson } from './json.ts';
import { type TicketFlags, withTickets } from './tickets.ts';

const STATE_STYLES = { open: 'yellow', answered: 'green' } as const;
/** Of a reason as much as leaves the rest of a line to the other columns. */
const MAX_REASON = 60;

/** The columns; ids without `#`, as a shell takes them. */
export function ticketLines(tickets: readonly Ticket[], now: number): string[] {
  const columns: readonly Column<Ticket>[] = [
    { title: 'ID', text: ({ id }) => id },
    { title: 'AGE', align: 'right', text: ({ createdAt }) => age(createdAt, now) },
    {
      title: 'STATE',
      text: ({ state }) => state,
      paint: (text, { state }) => paint(STATE_STYLES[state], text, process.stdout),
    },
    { title: 'AGENT', text: ({ agent }) => agent },
    { title: 'CUSTOMER', text: ({ customerId }) => customerId ?? '-' },
    { title: 'REASON', text: ({ reason }) => firstLine(reason) },
  ];
  return formatTable(columns, tickets);
}

/** The work of `baton tickets`: the oldest first. */
export async function listTickets({
  all = false,
  ...flags
}: TicketFlags & { readonly all?: boolean }): Promise<never> {
  return await withTickets(flags, async (tickets) => {
    const every = (await tickets?.list()) ?? [];
    const shown = all ? every : every.filter(({ state }) => state === 'open');
    if (flags.json) return await writeOut(`${JSON.stringify(shown.map(ticketJson), null, 2)}\n`);
    if (shown.length > 0) return await writeOut(`${ticketLines(shown, Date.now()).join('\n')}\n`);
    process.stderr.write(
      every.length > 0 ? 'no ticket is open; --all lists those answered\n' : 'no tickets\n',
    );
  });
}

function firstLine(text: string): string {
  const [first = ''] = text.split('\n');
  return first.length > MAX_REASON ? `${first.slice(0, MAX_REASON - 3)}...` : first;
}
