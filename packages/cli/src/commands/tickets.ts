import type { Command } from 'commander';
import type { TicketFlags } from '../tickets/tickets.ts';

const EXAMPLES = `
Examples:
  $ baton tickets
  $ baton tickets show 7K3QX2
  $ baton tickets answer 7K3QX2 "Your parcel leaves today." --by Grace
  $ baton tickets --all --json | jq '.[] | select(.state == "answered") | .answer'

An id may be written in any case, with or without its # (which a shell takes for a comment unless it is quoted).`;

/** `baton tickets`: what customers are waiting for people to answer. */
export function declareTickets(program: Command): void {
  const tickets = withOptions(program.command('tickets'))
    .description('list the tickets that agents have made for people')
    .option('--all', 'those that are answered too')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: TicketFlags & { readonly all?: boolean }) => {
      const { listTickets } = await import('../tickets/list.ts');
      await listTickets(flags);
    });
  const show = withOptions(tickets.command('show'))
    .description('show one with its conversation')
    .argument('<id>', 'its id')
    .action(async (id: string) => {
      const { showTicket } = await import('../tickets/show.ts');
      await showTicket(id, show.optsWithGlobals());
    });
  const answer = withOptions(tickets.command('answer'))
    .description("answer one: the customer reads it with the conversation's next message")
    .argument('<id>', 'its id')
    .argument('<text>', 'the answer; "-" reads it from stdin')
    .option('--by <name>', 'who answers, as the customer is told (default: your user name)')
    .action(async (id: string, text: string) => {
      const { answerTicket } = await import('../tickets/answer.ts');
      await answerTicket(id, text, answer.optsWithGlobals());
    });
}

function withOptions(command: Command): Command {
  return command
    .option('--json', 'print JSON')
    .option('--owner <name>', 'whose tickets (default: default)')
    .option('--server <url>', 'the broker (default: NATS_URL, then the one "baton up" started here)');
}
