import type { HandoffMode } from '../wire/envelope.ts';
import { BatonError, HandoffError } from '../wire/error.ts';
import type { Message } from '../wire/message.ts';
import type { Money } from '../wire/money.ts';
import type { HandoffRecord, HandoffResult } from '../wire/result.ts';
import type { Emit } from './events.ts';
import type { HandoffOrder, HandoffPort } from './port.ts';
import type { Run } from './run.ts';

/** One handoff about to be tried. `target` is read when needed: a hook may still change it. */
export interface Attempt {
  readonly id: string;
  /** As far as it is decided; it is when the order is prepared. */
  mode(): HandoffMode;
  target(): string;
  /** Checks and completes the order; what it throws ends the attempt before anything is published. */
  prepare(port: HandoffPort): Promise<HandoffOrder>;
  readonly emit: Emit;
}

/** Tries one handoff through the port and records it in the run. Never rejects: every failure is a result. */
export async function attemptHandoff(run: Run, attempt: Attempt): Promise<HandoffResult> {
  const started = performance.now();
  const records: HandoffRecord[] = [];
  run.handoffs.push(records);
  const result = await carryOut(run, attempt).catch((thrown: unknown) => failedResult(attempt, thrown));
  const timed = { ...result, durationMs: Math.round(performance.now() - started) };
  run.usage.add(timed.usage);
  records.push(toRecord(run, attempt, timed), ...timed.handoffs);
  return timed;
}

/** What travels of a conversation: what people and agents said. One agent's instructions are not another's. */
export function handedOver(messages: readonly Message[]): Message[] {
  return messages.filter(({ role }) => role === 'user' || role === 'assistant');
}

async function carryOut(run: Run, attempt: Attempt): Promise<HandoffResult> {
  if (!run.port) {
    throw new HandoffError('this agent is not on a mesh; launch it before it can hand off', {
      code: 'FAILED_PRECONDITION',
    });
  }
  const { port } = run;
  const order = await attempt.prepare(port);
  const { id, target, mode, metadata } = order;
  const { agentName: from, log, budget } = run.context;
  const given = budget ? budget.allot(id, metadata.budget) : metadata.budget;
  log.info({ next: id, target }, 'handing off');
  attempt.emit({ type: 'handoff', handoff: { id, from, to: target, mode } });
  const result = await port.carryOut(given ? funded(order, given) : order, attempt.emit);
  // Who tells nothing, or of another currency, may have spent all of it.
  budget?.settle(id, result.spent?.currency === budget.currency ? result.spent.amount : undefined);
  return result;
}

/** The order with what it may spend. */
function funded(order: HandoffOrder, budget: Money): HandoffOrder {
  return { ...order, scope: { ...order.scope, budget } };
}

function toRecord(run: Run, { id, mode, target }: Attempt, result: HandoffResult): HandoffRecord {
  const { success, durationMs, error } = result;
  const { agentName: from, log } = run.context;
  const to = nameOf(target());
  // `handoff` on every line is the one this run answers; the one it makes is `next`.
  const facts = { next: id, target: to, durationMs };
  if (error) log.warn({ ...facts, code: error.code, reason: error.message }, 'handoff failed');
  else log.info(facts, 'handoff answered');
  return { id, from, to, mode: mode(), success, durationMs, ...(error && { error }) };
}

function failedResult({ id, target }: Attempt, thrown: unknown): HandoffResult {
  const agent = nameOf(target());
  return {
    success: false,
    response: null,
    insights: {},
    fallback: false,
    error: asHandoffError(thrown, agent).toJSON(),
    agent,
    handoffId: id,
    durationMs: 0,
    handoffs: [],
  };
}

/** Who was to be asked, for the record: plain JavaScript may name what is no text. */
function nameOf(target: unknown): string {
  return typeof target === 'string' ? target : typeof target;
}

function asHandoffError(thrown: unknown, target: string): BatonError {
  const error = BatonError.from(thrown);
  if (error === thrown) return error;
  // An author's own exception aborts the handoff as a HandoffError would: fail closed.
  return new HandoffError(error.message, { code: error.code, cause: thrown, target });
}
