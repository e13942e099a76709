import { explainIssue } from '../wire/envelope.ts';
import { HandoffError } from '../wire/error.ts';
import { HandoffMetadata } from '../wire/metadata.ts';
import type { HandoffOutcome, HandoffResult } from '../wire/result.ts';
import { attemptHandoff, handedOver } from './attempt-handoff.ts';
import type { Decision } from './decide.ts';
import { newId } from './id.ts';
import type { HandoffOrder } from './port.ts';
import type { Run } from './run.ts';
import { runHooks, runLateHooks } from './run-hooks.ts';

/**
 * Carries out a decided handoff: source checks, `before_handoff`, the port, `after_handoff`; when it fails, the
 * declared fallbacks one after the other, each a handoff of its own, all within the run's deadline. Always yields
 * exactly one result, the first failure when all fail. The `after_handoff` hooks run once for each handoff, on
 * success and on failure, and what they leave is what counts.
 */
export async function handOff(run: Run, decision: Decision): Promise<HandoffResult> {
  const first = await handOffOnce(run, decision);
  if (first.success) return first;
  for (const target of decision.condition.fallback) {
    if (run.context.signal.aborted) break;
    const next = await handOffOnce(run, { ...decision, target });
    if (next.success) return { ...next, fallback: true };
  }
  return first;
}

async function handOffOnce(run: Run, { condition, target }: Decision): Promise<HandoffResult> {
  const { context, plan, emit } = run;
  const id = newId();
  const { mode } = condition;
  context.handoffId = id;
  context.handoffAgent = target;
  context.handoffMetadata = { ...condition.metadata };
  const result = await attemptHandoff(run, {
    id,
    mode,
    emit,
    target: () => context.handoffAgent ?? target,
    prepare: async (port) => {
      const order = makeOrder(run, { id, mode });
      port.check(order);
      if (plan.hooks.before_handoff.length === 0) return order;
      await runHooks(plan.hooks.before_handoff, context);
      // A hook may have chosen another target or a shorter timeout, and added what is to travel.
      const final = makeOrder(run, { id, mode });
      port.check(final);
      return final;
    },
  });
  context.handoffResult = result;
  await runLateHooks(plan.hooks.after_handoff, context);
  return settle(context.handoffResult, result);
}

function makeOrder({ context }: Run, { id, mode }: Pick<HandoffOrder, 'id' | 'mode'>): HandoffOrder {
  const { scope, handoffAgent: target = '', messages } = context;
  const metadata = HandoffMetadata.safeParse(context.handoffMetadata);
  if (!metadata.success) {
    const message = `handoffMetadata ${explainIssue(metadata.error)}`;
    throw new HandoffError(message, { code: 'INVALID_ARGUMENT', target });
  }
  return {
    id,
    mode,
    target,
    messages: handedOver(messages),
    context: context.handoffContext,
    metadata: metadata.data,
    scope: withTimeout(scope, metadata.data.timeout),
  };
}

/** Bounds for one handoff: the run's own, or `seconds` from now when that is sooner. */
export function withTimeout<S extends { readonly expiresAt: number }>(
  scope: S,
  seconds: number | undefined,
): S {
  if (seconds === undefined) return scope;
  return { ...scope, expiresAt: Math.min(scope.expiresAt, Date.now() + seconds * 1000) };
}

/** An author's replacement may leave fields out; the run still yields a whole result. */
function settle(left: HandoffOutcome | undefined, original: HandoffResult): HandoffResult {
  if (left === original || !left) return original;
  const { error: _error, data: _data, ...facts } = original;
  return {
    ...facts,
    insights: {},
    fallback: false,
    ...left,
    success: Boolean(left.success),
    response: left.response ?? null,
  };
}
