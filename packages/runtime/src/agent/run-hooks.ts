import { throwIfAborted } from '../wire/abort.ts';
import type { Context } from './context.ts';
import { inTime, isPromise } from './in-time.ts';
import { loggable } from './loggable.ts';
import type { Hook } from './plan.ts';

/**
 * How long one late hook is waited for, milliseconds; where less than twice that is left of the run, half of what is
 * left, so that the answer is still in time. What it waits for another agent, or for whoever asked, is its own time.
 * Nobody holds the line for a durable run, so its hooks may outwait a broker that is away.
 */
const LATE_HOOK_TIMEOUT_MS = 5000;
const DURABLE_LATE_HOOK_TIMEOUT_MS = 30_000;

/** What of a run is kept to bring an answer that exists back, milliseconds: no hook may ask others for so long. */
const WAY_BACK_MS = 250;

/**
 * Calls hooks in order, undefined when there are none, and stops at the first that throws: for moments that may refuse to go on. A run that was
 * given up takes no such step any more: what a hook does then, nobody would undo.
 */
export function runHooks(hooks: readonly Hook[], context: Context): Promise<void> | undefined {
  return hooks.length === 0 ? undefined : callAll(hooks, context);
}

async function callAll(hooks: readonly Hook[], context: Context): Promise<void> {
  for (const hook of hooks) {
    throwIfAborted(context.scope.signal);
    await hook.call(context);
  }
}

/**
 * Calls every hook; one that throws, or does not come back, is logged by name: for moments when the answer already
 * exists.
 */
export function runLateHooks(hooks: readonly Hook[], context: Context): Promise<void> | undefined {
  return hooks.length === 0 ? undefined : callAllLate(hooks, context);
}

async function callAllLate(hooks: readonly Hook[], context: Context): Promise<void> {
  for (const hook of hooks) {
    try {
      const work = hook.call(context);
      if (isPromise(work)) await inTime(work, patience(context), () => furtherPatience(context));
    } catch (error) {
      context.log.error(
        { hook: hook.label, err: loggable(error) },
        'a hook failed; what it would have done is missing',
      );
    }
  }
}

/** Once the time is over nobody waits for the run; its hooks still have theirs. */
function patience({ remainingMs, scope }: Context): number {
  const longest = scope.journal ? DURABLE_LATE_HOOK_TIMEOUT_MS : LATE_HOOK_TIMEOUT_MS;
  return remainingMs > 0 ? Math.min(longest, remainingMs / 2) : longest;
}

function furtherPatience(context: Context): number | undefined {
  const { isAsking, remainingMs, signal, result, handoffResult } = context;
  const hasAnswer = (result ?? handoffResult)?.success;
  const rest = hasAnswer ? remainingMs - WAY_BACK_MS : remainingMs;
  return isAsking && !signal.aborted && rest > 0 ? Math.min(patience(context), rest) : undefined;
}
