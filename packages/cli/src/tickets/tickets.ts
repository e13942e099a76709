import { BatonError } from '@baton/runtime';
import { Tickets } from '@baton/skills';
import { withMesh } from '../client.ts';
import { failAsJson } from '../fail-as-json.ts';
import { catchInterrupt, orInterrupted } from '../terminal/interrupt.ts';
import { endWhenReaderLeaves } from '../terminal/output.ts';

/** The options that all of `baton tickets` takes, as they were typed. */
export interface TicketFlags {
  readonly json?: boolean;
  readonly owner?: string;
  readonly server?: string;
}

/**
 * Does the work of one command on the tickets of an owner; undefined when no agent has ever made any. Ends the process: a
 * connection's timers would keep it up for another second.
 */
export async function withTickets(
  { json, owner, server }: TicketFlags,
  work: (tickets: Tickets | undefined, signal: AbortSignal) => Promise<void>,
): Promise<never> {
  endWhenReaderLeaves();
  using interrupt = catchInterrupt();
  const { signal } = interrupt;
  await failAsJson(json, () =>
    withMesh({ server, owner, signal }, async (mesh) => {
      const tickets = await orInterrupted(Tickets.open(mesh), signal).catch(noneYet);
      await orInterrupted(work(tickets, signal), signal);
    }),
  );
  process.exit(0);
}

/** @throws {BatonError} NOT_FOUND. */
export function noTickets(): never {
  throw new BatonError('NOT_FOUND', 'there are no tickets: no agent has made any');
}

function noneYet(thrown: unknown): undefined {
  if (!(thrown instanceof BatonError && thrown.code === 'NOT_FOUND')) throw thrown;
}
