import { BatonError } from '../wire/error.ts';
import { MAX_TIMEOUT_SECONDS } from '../wire/metadata.ts';
import type { AskCallerOptions } from './context-options.ts';
import { Deadline, unlessAborted } from './deadline.ts';
import { newId } from './id.ts';
import type { Run } from './run.ts';

/**
 * Asks whoever asked this run, and waits for the answer.
 * @throws {BatonError} INVALID_ARGUMENT, FAILED_PRECONDITION when the caller answers no questions, DEADLINE_EXCEEDED.
 */
export async function askCaller(run: Run, prompt: string, options: AskCallerOptions): Promise<string> {
  const { scope } = run.context;
  if (typeof prompt !== 'string' || prompt.trim() === '') {
    throw new BatonError('INVALID_ARGUMENT', 'askCaller() needs a question, not an empty text');
  }
  if (!scope.canAnswer) {
    throw new BatonError('FAILED_PRECONDITION', 'whoever asked answers no questions in mid-stream');
  }
  using deadline = new Deadline(Math.min(scope.expiresAt, patience(options)), scope.signal);
  const answered = new Promise<string>((resolve) => {
    run.emit({ type: 'query', query: { id: newId(), prompt, answer: resolve } });
  });
  return await unlessAborted(answered, deadline);
}

function patience({ timeout }: AskCallerOptions): number {
  if (timeout === undefined) return Number.POSITIVE_INFINITY;
  if (timeout > 0 && timeout <= MAX_TIMEOUT_SECONDS) return Date.now() + timeout * 1000;
  const problem = `must be more than 0 and at most ${MAX_TIMEOUT_SECONDS} seconds, not ${timeout}`;
  throw new BatonError('INVALID_ARGUMENT', `askCaller() option "timeout" ${problem}`);
}
