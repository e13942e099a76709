import { BatonError } from '../wire/error.ts';
import type { RunResult } from '../wire/result.ts';
import type { Emit, ProgressEvent } from './events.ts';
import type { OnQuery } from './new-run.ts';

export interface Answering {
  readonly onQuery: OnQuery | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Where a question enters: answers what is asked on the way by `onQuery`, and passes on the rest. */
export function answerQueries(
  { onQuery, signal }: Answering,
  start: (emit: Emit, signal: AbortSignal | undefined) => Promise<RunResult>,
  tell: (event: ProgressEvent) => void,
): Promise<RunResult> {
  if (!onQuery) return start((event) => event.type === 'query' || tell(event), signal);
  const givenUp = new AbortController();
  const emit: Emit = (event) => {
    if (event.type !== 'query') return tell(event);
    const { id, prompt, answer } = event.query;
    void (async () => answer(await onQuery({ id, prompt })))().catch((thrown: unknown) =>
      // Left alone, the agent would wait for an answer that never comes.
      givenUp.abort(BatonError.from(thrown)),
    );
  };
  return start(emit, signal ? AbortSignal.any([signal, givenUp.signal]) : givenUp.signal);
}
