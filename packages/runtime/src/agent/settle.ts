import { z } from 'zod';
import { explainIssue } from '../wire/envelope.ts';
import { ErrorInfo, HandoffError } from '../wire/error.ts';
import type { HandoffResult } from '../wire/result.ts';
import type { Context } from './context.ts';

/** What may stand in for a result. The rest of one is filled in. */
const Replacement = z.looseObject({
  success: z.unknown(),
  response: z.string().nullish(),
  insights: z.record(z.string(), z.unknown()).optional(),
  error: ErrorInfo.optional(),
});

const TURNED_DOWN = new HandoffError('an after_handoff hook turned the answer down').toJSON();

/**
 * The result of a handoff as its `after_handoff` hooks left it. A replacement may leave fields out, the run still yields
 * a whole result; one that is none is logged and passed over.
 */
export function settle({ handoffResult: left, log }: Context, original: HandoffResult): HandoffResult {
  if (left === original || !left) return original;
  const { data: replacement, error: problem } = Replacement.safeParse(left);
  if (!replacement) {
    log.error({ problem: explainIssue(problem) }, 'an after_handoff hook left no result; it is passed over');
    return original;
  }
  // What was spent and used stays; the value belonged to the answer that is gone.
  const { error: before, data: _replaced, ...facts } = original;
  const { error = before ?? TURNED_DOWN, ...changes } = left;
  const success = Boolean(replacement.success);
  return {
    ...facts,
    insights: {},
    fallback: false,
    ...changes,
    success,
    response: replacement.response ?? null,
    ...(!success && { error }),
  };
}
