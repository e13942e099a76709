import { ulid } from 'ulid';
import { explainIssue } from '../wire/envelope.ts';
import { BatonError, HandoffError } from '../wire/error.ts';
import type { Message } from '../wire/message.ts';
import { HandoffMetadata } from '../wire/metadata.ts';
import type { HandoffRecord, HandoffResult } from '../wire/result.ts';
import type { Decision } from './decide.ts';
import type { HandoffOrder, HandoffPort } from './port.ts';
import type { Run } from './run.ts';
import { runHooks, runLateHooks } from './run-hooks.ts';

/**
 * Carries out a decided handoff: source checks, `before_handoff`, the port, `after_handoff`.
 * Always yields exactly one result; the `after_handoff` hooks run once, on success and on failure,
 * and what they leave is what is returned.
 */
export async function handOff(run: Run, { condition, target }: Decision): Promise<HandoffResult> {
  const { context, plan } = run;
  const id = ulid();
  const started = performance.now();
  context.handoffAgent = target;
  context.handoffMetadata = { ...condition.metadata };
  let result: HandoffResult;
  try {
    const port = requirePort(run);
    const order = () => makeOrder(run, { id, mode: condition.mode });
    port.check(order());
    await runHooks(plan.hooks.before_handoff, context);
    // A hook may have chosen another target or a shorter timeout.
    const final = order();
    if (plan.hooks.before_handoff.length > 0) port.check(final);
    result = await carryOut(run, port, final);
  } catch (thrown) {
    result = failedResult(id, context.handoffAgent, asHandoffError(thrown, context.handoffAgent));
  }
  result = { ...result, durationMs: elapsed(started) };
  record(run, result, { id, to: context.handoffAgent, mode: condition.mode });
  context.handoffResult = result;
  await runLateHooks(plan.hooks.after_handoff, context);
  return settle(context.handoffResult, result);
}

/** A handoff that never got an answer. */
export function failedResult(id: string, target: string, error: BatonError): HandoffResult {
  return {
    success: false,
    response: null,
    insights: {},
    fallback: false,
    error: error.toJSON(),
    agent: target,
    handoffId: id,
    durationMs: 0,
    handoffs: [],
  };
}

/** What travels of a conversation: what people and agents said. One agent's instructions are not another's. */
export function handedOver(messages: readonly Message[]): Message[] {
  return messages.filter(({ role }) => role === 'user' || role === 'assistant');
}

async function carryOut(run: Run, port: HandoffPort, order: HandoffOrder): Promise<HandoffResult> {
  const { id, target, mode } = order;
  const { agentName, log } = run.context;
  log.info({ handoff: id, target }, 'handing off');
  run.emit({ type: 'handoff', handoff: { id, from: agentName, to: target, mode } });
  return await port.carryOut(order, run.emit);
}

function requirePort(run: Run): HandoffPort {
  if (run.port) return run.port;
  throw new HandoffError('this agent is not on a mesh; launch it before it can hand off', {
    code: 'FAILED_PRECONDITION',
  });
}

function makeOrder({ context }: Run, { id, mode }: Pick<HandoffOrder, 'id' | 'mode'>): HandoffOrder {
  const { scope, handoffAgent: target = '', messages } = context;
  const metadata = HandoffMetadata.safeParse(context.handoffMetadata);
  if (!metadata.success) {
    const message = `handoffMetadata ${explainIssue(metadata.error)}`;
    throw new HandoffError(message, { code: 'INVALID_ARGUMENT', target });
  }
  const { timeout } = metadata.data;
  const expiresAt =
    timeout === undefined ? scope.expiresAt : Math.min(scope.expiresAt, Date.now() + timeout * 1000);
  return {
    id,
    mode,
    target,
    messages: handedOver(messages),
    context: context.handoffContext,
    metadata: metadata.data,
    scope: { ...scope, expiresAt },
  };
}

function record(run: Run, result: HandoffResult, hop: Pick<HandoffRecord, 'id' | 'to' | 'mode'>): void {
  const { success, durationMs, error, handoffs } = result;
  const { agentName: from, log } = run.context;
  run.handoffs.push({ ...hop, from, success, durationMs, ...(error && { error }) }, ...handoffs);
  const facts = {
    handoff: hop.id,
    target: hop.to,
    durationMs,
    ...(error && { code: error.code, reason: error.message }),
  };
  if (success) log.info(facts, 'handoff answered');
  else log.warn(facts, 'handoff failed');
}

/** An author's replacement may leave fields out; the run still yields a whole result. */
function settle(left: Partial<HandoffResult> | undefined, original: HandoffResult): HandoffResult {
  if (left === original || !left) return original;
  const { error: _replaced, ...facts } = original;
  return {
    ...facts,
    insights: {},
    fallback: false,
    ...left,
    success: Boolean(left.success),
    response: left.response ?? null,
  };
}

function asHandoffError(thrown: unknown, target: string): BatonError {
  const error = BatonError.from(thrown);
  if (thrown instanceof BatonError) return error;
  // An author's own exception aborts the handoff as a HandoffError would: fail closed.
  return new HandoffError(error.message, { code: 'INTERNAL', cause: thrown, target });
}

const elapsed = (started: number) => Math.round(performance.now() - started);
