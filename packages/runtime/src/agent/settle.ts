import { BatonError, ErrorInfo, HandoffError } from '../wire/error.ts';
import { describeValue } from '../wire/name.ts';
import type { HandoffOutcome, HandoffResult } from '../wire/result.ts';
import type { Context } from './context.ts';
import { checkJson, checkJsonFields } from './json-fields.ts';

const TURNED_DOWN = new HandoffError('an after_handoff hook turned the answer down').toJSON();

/**
 * The result of a handoff as its `after_handoff` hooks left it, replaced or changed in place: always a whole one that
 * can cross the bus. Only the answer, and what is said of it, is theirs; what happened stays as it was. Who claims
 * success with what is no answer is logged and passed over; a field beside the answer that does not fit is left out; who
 * turns the answer down need not say why.
 */
export function settle({ handoffResult: left, log }: Context, original: HandoffResult): HandoffResult {
  if (!left) return original;
  const success = Boolean(left.success);
  const response: unknown = left.response ?? null;
  const isAnswer = response === null || typeof response === 'string';
  if (typeof left !== 'object' || (success && !isAnswer)) {
    log.error('an after_handoff hook left no result; it is passed over');
    return original;
  }
  const take = <T>(field: keyof HandoffOutcome, read: (value: unknown) => T): T | undefined => {
    try {
      return isMissing(left[field]) ? undefined : read(left[field]);
    } catch (thrown) {
      const problem = BatonError.from(thrown).message;
      log.error({ field, problem }, 'what an after_handoff hook left does not fit; it is left out');
      return undefined;
    }
  };
  const { error: failure, data: _replaced, withdrawn, ...facts } = original;
  const settled = {
    ...facts,
    success,
    response: isAnswer ? response : null,
    agent: take('agent', readText) ?? facts.agent,
    insights: take('insights', readInsights) ?? {},
    fallback: Boolean(left.fallback),
  };
  if (success) {
    const data = take('data', readData);
    return data === undefined ? settled : { ...settled, data };
  }
  return {
    ...settled,
    // The answer that was turned down is not what is left of it.
    response: response === original.response ? null : settled.response,
    error: take('error', readError) ?? failure ?? TURNED_DOWN,
    ...((original.success || withdrawn) && { withdrawn: true }),
  };
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null;
}

function readText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`it must be a text, not ${describeValue(value)}`);
}

function readInsights(value: unknown): HandoffResult['insights'] {
  checkJsonFields('insights', value);
  return value as HandoffResult['insights'];
}

function readData(value: unknown): unknown {
  checkJson('data', value);
  return value;
}

function readError(value: unknown): ErrorInfo {
  if (value instanceof Error) return BatonError.from(value).toJSON();
  const info = ErrorInfo.safeParse(value);
  if (info.success) return info.data;
  throw new TypeError('it must be an error with a code of the table, a message and "retryable"');
}
