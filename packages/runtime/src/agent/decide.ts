import { HandoffError } from '../wire/error.ts';
import type { Context } from './context.ts';
import { inTime, isPromise } from './in-time.ts';
import { loggable } from './loggable.ts';
import type { Condition } from './plan.ts';

/** How long one condition may think, milliseconds; then it counts as no and the next is asked. */
export const CONDITION_TIMEOUT_MS = 5000;

/** A condition said yes, and where it sends the question. */
export interface Decision {
  readonly condition: Condition;
  readonly target: string;
}

/**
 * Asks the conditions in their order; the first yes wins. A condition that throws or does not come back is
 * logged by name and counts as no.
 * @throws {HandoffError} INVALID_ARGUMENT when a dynamic condition answers with something that is no name.
 */
export async function decide(
  conditions: readonly Condition[],
  query: string,
  context: Context,
): Promise<Decision | undefined> {
  for (const condition of conditions) {
    const target = readAnswer(condition, await answerOf(condition, query, context));
    context.log.debug(
      { condition: condition.label, target: target ?? null },
      'a handoff condition was asked',
    );
    if (target !== undefined) return { condition, target };
  }
  return undefined;
}

async function answerOf(condition: Condition, query: string, context: Context): Promise<unknown> {
  try {
    const answer = condition.ask(query, context);
    return isPromise(answer) ? await inTime(answer, CONDITION_TIMEOUT_MS) : answer;
  } catch (error) {
    context.log.warn(
      { condition: condition.label, err: loggable(error) },
      'a handoff condition failed; it counts as no',
    );
    return undefined;
  }
}

function readAnswer({ target, label }: Condition, answer: unknown): string | undefined {
  if (target !== undefined) return answer ? target : undefined;
  if (answer === undefined || answer === null || answer === false) return undefined;
  if (typeof answer === 'string') return answer.trim() || undefined;
  throw new HandoffError(
    `the dynamic handoff ${label} must answer with an agent's name or nothing, not with a value of type ${typeof answer}`,
    { code: 'INVALID_ARGUMENT' },
  );
}
