import { explainIssue, type HandoffMode } from '../wire/envelope.ts';
import { HandoffError } from '../wire/error.ts';
import { HandoffMetadata } from '../wire/metadata.ts';
import type { HandoffResult } from '../wire/result.ts';
import { attemptHandoff, handedOver } from './attempt-handoff.ts';
import type { Context } from './context.ts';
import { unlessAborted } from './deadline.ts';
import type { Decision } from './decide.ts';
import { handoffMode } from './handoff-mode.ts';
import { newId } from './id.ts';
import { checkJsonFields } from './json-fields.ts';
import type { HandoffOrder } from './port.ts';
import type { Run } from './run.ts';
import { runHooks, runLateHooks } from './run-hooks.ts';
import { settle } from './settle.ts';
import { Tries } from './tries.ts';

/**
 * Carries out a decided handoff: source checks, `before_handoff`, the port, `after_handoff`; when it fails, the
 * declared fallbacks one after the other, each a handoff of its own, all within the run's deadline; nobody who was tried
 * is tried again. Always yields exactly one result, the first failure when all fail. The `after_handoff` hooks run once
 * for each handoff, on success and on failure, and what they leave is what counts.
 */
export async function handOff(run: Run, decision: Decision): Promise<HandoffResult> {
  const { fallback } = decision.condition;
  if (fallback.length === 0) return await handOffOnce(run, decision);
  const { context, port } = run;
  const tries = new Tries(run.emit);
  const tried = new Set<string>();
  const addressOf = (target: string) => (target.includes('/') ? target : `${port?.owner}/${target}`);
  const tryOne = async (target: string) => {
    const result = await handOffOnce({ ...run, emit: tries.emit }, { ...decision, target });
    tried.add(addressOf(target)).add(addressOf(targetOf(context) ?? target));
    if (result.success) tries.succeeded();
    else tries.next();
    return result;
  };
  const first = await tryOne(decision.target);
  if (first.success) return first;
  for (const target of fallback) {
    if (context.scope.signal.aborted) break;
    if (tried.has(addressOf(target))) continue;
    const next = await tryOne(target);
    if (next.success) return { ...next, fallback: true };
  }
  return first;
}

async function handOffOnce(run: Run, { condition, target }: Decision): Promise<HandoffResult> {
  const { context, plan, emit } = run;
  const id = context.scope.journal?.handoffId(target, handedOver(context.messages)) ?? newId();
  let mode: HandoffMode = 'call';
  const common = context.handoffContext;
  context.handoffId = id;
  context.handoffAgent = target;
  context.handoffContext = { ...common };
  context.handoffMetadata = { ...condition.metadata };
  const result = await attemptHandoff(run, {
    id,
    mode: () => mode,
    emit,
    target: () => targetOf(context) ?? target,
    prepare: async (port) => {
      let order = makeOrder(run, id);
      port.check(order);
      const asked = runHooks(plan.hooks.before_handoff, context);
      if (asked !== undefined) {
        // One that hangs must not keep `after_handoff` from being told that the time is over.
        await unlessAborted(asked, context.scope.signal);
        // A hook may have chosen another target or a shorter timeout, and added what is to travel.
        order = makeOrder(run, id);
        port.check(order);
      }
      mode = handoffMode(run, condition, order);
      return { ...sendable(order), mode };
    },
  });
  if (result.transferred) run.speech.leave();
  const { after_handoff } = plan.hooks;
  // Hooks have one of their own, which they may change.
  context.handoffResult = after_handoff.length > 0 ? { ...result } : result;
  await runLateHooks(after_handoff, context);
  // What was written for this target is not for the next one.
  context.handoffContext = common;
  return after_handoff.length > 0 ? settle(context, result) : result;
}

/** The target as hooks left it; undefined when that is no text. */
function targetOf({ handoffAgent }: Context): string | undefined {
  return typeof handoffAgent === 'string' ? handoffAgent : undefined;
}

/** @throws {HandoffError} INVALID_ARGUMENT for a target or metadata that hooks made into something else. */
function makeOrder({ context }: Run, id: string): HandoffOrder {
  const { scope, messages, handoffContext, handoffMetadata } = context;
  const target = targetOf(context);
  if (target === undefined) throw invalid('"handoffAgent" must be the name of an agent');
  const metadata = HandoffMetadata.safeParse(handoffMetadata);
  if (!metadata.success) throw invalid(`handoffMetadata ${explainIssue(metadata.error)}`, target);
  return {
    id,
    mode: 'call',
    target,
    messages: handedOver(messages),
    context: handoffContext,
    metadata: metadata.data,
    scope: withTimeout(scope, metadata.data.timeout),
  };
}

/** @throws {HandoffError} INVALID_ARGUMENT for what JSON cannot hold, naming the key. */
function sendable(order: HandoffOrder): HandoffOrder {
  checkJsonFields('handoffMetadata', order.metadata);
  checkJsonFields('handoffContext', order.context);
  return order;
}

function invalid(message: string, target?: string): HandoffError {
  return new HandoffError(message, { code: 'INVALID_ARGUMENT', target });
}

/** Bounds for one handoff: the run's own, or `seconds` from now when that is sooner. */
export function withTimeout<S extends { readonly expiresAt: number }>(
  scope: S,
  seconds: number | undefined,
): S {
  if (seconds === undefined) return scope;
  return { ...scope, expiresAt: Math.min(scope.expiresAt, Date.now() + seconds * 1000) };
}
