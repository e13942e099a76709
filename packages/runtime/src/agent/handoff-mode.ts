import type { HandoffMode } from '../wire/envelope.ts';
import type { Condition } from './plan.ts';
import type { HandoffOrder } from './port.ts';
import type { Run } from './run.ts';

/**
 * How a handoff is carried out. A transfer needs somebody to answer who has read nothing yet, since the target begins a
 * stream of its own, and a target that can; the author may ask for one, or forbid it. Left to Baton it is one where nothing at this agent needs the result, or has anything to add to it.
 */
export function handoffMode(run: Run, condition: Condition, order: HandoffOrder): HandoffMode {
  const { port, context, speech } = run;
  if (condition.mode === 'call' || !run.mayTransfer || speech.hasSpoken || !port) return 'call';
  const { origin, journal } = context.scope;
  if (!(origin ?? journal) || !port.takesTransfers(order)) return 'call';
  // What is kept of a durable run is kept with its owner's.
  if (journal && !isOwn(order.target, port.owner)) return 'call';
  return condition.mode === 'transfer' || isDoneWithIt(run, condition, order) ? 'transfer' : 'call';
}

function isOwn(target: string, owner: string): boolean {
  return !target.includes('/') || target.startsWith(`${owner}/`);
}

function isDoneWithIt(run: Run, { fallback }: Condition, { metadata }: HandoffOrder): boolean {
  const { plan, context, handoffs, usage, maxChain } = run;
  const { after_handoff, finalize_connection } = plan.hooks;
  const isWanted = after_handoff.length + finalize_connection.length + fallback.length > 0 || maxChain > 1;
  const isBound =
    context.budget !== undefined || metadata.budget !== undefined || metadata.retries !== undefined;
  // The handoff at hand is the last of its records.
  const hasMore = usage.total !== undefined || handoffs.length > 1;
  return !isWanted && !isBound && !hasMore && Object.keys(context.insights).length === 0;
}
