import { throwIfAborted } from '../wire/abort.ts';
import { BatonError, HandoffError } from '../wire/error.ts';
import { lastUserText } from '../wire/message.ts';
import type { HandoffResult, RunResult } from '../wire/result.ts';
import { answer } from './answer-step.ts';
import type { Context } from './context.ts';
import { unlessAborted } from './deadline.ts';
import { type Decision, decide } from './decide.ts';
import { withoutText } from './events.ts';
import { handOff } from './handoff-step.ts';
import { checkJsonFields } from './json-fields.ts';
import { loggable } from './loggable.ts';
import type { Run } from './run.ts';
import { runHooks, runLateHooks } from './run-hooks.ts';

/** What a step of a run found out; the rest of the result is the same for all. */
type Outcome = Pick<RunResult, 'success' | 'response'> &
  Partial<
    Pick<RunResult, 'agent' | 'fallback' | 'insights' | 'data' | 'error' | 'withdrawn' | 'transferred'>
  >;

/** One run from first hook to result: a hook answers, or a condition hands off, or the agent answers. Never rejects. */
export async function execute(run: Run): Promise<RunResult> {
  const { context, plan } = run;
  const started = performance.now();
  const outcome = await attempt(run);
  const result = toResult(run, outcome, Math.round(performance.now() - started));
  const { finalize_connection } = plan.hooks;
  // Hooks look at one of their own: nothing they do to it can spoil what is told.
  context.result = finalize_connection.length > 0 ? { ...result } : result;
  const late = runLateHooks(finalize_connection, context);
  // When the time is over nobody waits for them.
  if (late !== undefined) await unlessAborted(late, context.scope.signal).catch(() => {});
  const spent = context.budget?.close();
  return spent ? { ...result, spent } : result;
}

/** Field by field, as for every run: see `BaseAgent`. What is absent stays absent. */
function toResult(
  { context, handoffs, speech, usage }: Run,
  outcome: Outcome,
  durationMs: number,
): RunResult {
  const result: RunResult = {
    agent: outcome.agent ?? context.agentName,
    conversation: context.conversation,
    id: context.scope.id,
    durationMs,
    handoffs: handoffs.flat(),
    insights: outcome.insights ?? context.insights,
    fallback: outcome.fallback ?? false,
    success: outcome.success,
    response: speech.end(outcome),
  };
  const { data, error, withdrawn, transferred } = outcome;
  const { total } = usage;
  if (data !== undefined) result.data = data;
  if (error) result.error = error;
  if (withdrawn) result.withdrawn = withdrawn;
  if (transferred) result.transferred = transferred;
  if (total) result.usage = total;
  return result;
}

/** What came of the steps, or of the run being given up before they were through. Never rejects. */
async function attempt(run: Run): Promise<Outcome> {
  const { context } = run;
  try {
    throwIfAborted(context.scope.signal);
    const outcome = await unlessAborted(steps(run), context.scope.signal);
    // A step may notice a moment before the run does that time is up; what is said of it must not hang on that moment.
    if (!outcome.success && context.remainingMs === 0) {
      throw new BatonError('DEADLINE_EXCEEDED', 'no answer before the deadline');
    }
    checkJsonFields('insights', context.insights);
    return outcome;
  } catch (thrown) {
    await recorded(run);
    return failed(run, thrown);
  }
}

/** Handoffs under way when the run is given up hear of it in the same turn, and put themselves on record. */
async function recorded({ handoffs }: Run): Promise<void> {
  const isUnderWay = handoffs.some(({ length }) => length === 0);
  // Comes after all promises that are settled by now.
  if (isUnderWay) await new Promise<void>((resolve) => process.nextTick(resolve));
}

async function steps(run: Run): Promise<Outcome> {
  const { context, plan } = run;
  await runHooks(plan.hooks.on_connection, context);
  await runHooks(plan.hooks.on_message, context);
  if (context.answer !== undefined) return answered(run, context.answer);
  const first = await nextHandoff(run);
  if (!first) return Object.assign(await answer(run), { success: true });
  return run.maxChain > 1 ? await chain(run, first) : toOutcome(run, await handOff(run, first));
}

/** The answer that a hook has given. */
function answered({ emit }: Run, response: string): Outcome {
  emit({ type: 'text', text: response });
  return { success: true, response };
}

/**
 * Hands off, adds the answer to the conversation, and asks the conditions again, until none says yes. Only the last
 * answer is the run's, so nothing is shown before it is known to be the last.
 * @throws {HandoffError} LOOP when a condition still says yes after `maxChain` handoffs.
 */
async function chain(run: Run, first: Decision): Promise<Outcome> {
  const { context, maxChain } = run;
  const quiet: Run = {
    ...run,
    mayTransfer: false,
    emit: withoutText(run.emit),
  };
  let decision: Decision | undefined = first;
  let result: HandoffResult | undefined;
  for (let step = 0; decision; step++) {
    if (step === maxChain) {
      const message = `${decision.condition.label} still says yes after ${maxChain} handoffs of one run`;
      throw new HandoffError(message, { code: 'LOOP', target: decision.target });
    }
    result = await handOff(quiet, decision);
    if (!result.success) break;
    context.messages = [...context.messages, { role: 'assistant', content: result.response ?? '' }];
    decision = await nextHandoff(run);
  }
  return toOutcome(run, result as HandoffResult);
}

function nextHandoff({ context, plan }: Run): Promise<Decision | undefined> | undefined {
  if (plan.conditions.length === 0) return undefined;
  return decide(plan.conditions, lastUserText(context.messages), context);
}

function toOutcome({ context }: Run, result: HandoffResult): Outcome {
  const { success, response, agent, fallback, insights, data, error, withdrawn, transferred } = result;
  return {
    success,
    response,
    agent,
    fallback,
    insights: { ...insights, ...context.insights },
    ...(data !== undefined && { data }),
    ...(error && { error }),
    ...(withdrawn && { withdrawn }),
    ...(transferred && { transferred }),
  };
}

function failed({ context }: Run, thrown: unknown): Outcome {
  const error = BatonError.from(thrown);
  context.log.error({ code: error.code, err: loggable(error.cause ?? error) }, 'the run failed');
  return { success: false, response: null, insights: fitInsights(context), error: error.toJSON() };
}

/** What the agent learnt, unless it is what keeps the result from crossing the bus. */
function fitInsights({ insights }: Context): RunResult['insights'] {
  try {
    checkJsonFields('insights', insights);
    return insights;
  } catch {
    return {};
  }
}
