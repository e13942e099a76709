import type { HandoffStarted } from '../wire/chunk.ts';
import type { RunResult } from '../wire/result.ts';

/** What a run tells while it runs; the last event is always the result. */
export type RunEvent =
  /** `seq` numbers the pieces of a durable run, by which it can be followed again. */
  | { readonly type: 'text'; readonly text: string; readonly seq?: number }
  | { readonly type: 'handoff'; readonly handoff: HandoffStarted }
  | { readonly type: 'tool'; readonly name: string }
  /** The broker keeps the request of a durable run: from now on it is carried out, whoever dies. */
  | { readonly type: 'accepted'; readonly id: string }
  /** The text so far is void, since whoever gave it was lost: the answer begins anew with what comes next. */
  | { readonly type: 'superseded' }
  /** Pieces of what a durable run streamed are lost; the result will have all of the answer. */
  | { readonly type: 'gap'; readonly missing: number }
  | { readonly type: 'result'; readonly result: RunResult };

/** Events before the result. */
export type ProgressEvent = Exclude<RunEvent, { type: 'result' }>;

/** A question in mid-stream, on its way up to whoever asked (protocol section 6). */
export interface CallerQuery {
  readonly id: string;
  readonly prompt: string;
  /** Set when it comes from further down: the answer goes straight there. */
  readonly replySubject?: string;
  answer(text: string): void;
}

/** What the steps of a run push: progress, so that a relayed chunk costs no turn of the event loop, and questions. */
export type Emit = (event: ProgressEvent | { readonly type: 'query'; readonly query: CallerQuery }) => void;

/** For steps whose text is no part of the run's answer. */
export function withoutText(emit: Emit): Emit {
  return (event) => event.type === 'text' || event.type === 'superseded' || emit(event);
}

/**
 * Turns a pushing run into an async iterable that ends with the result.
 * Leaving the loop early, or aborting `parent`, aborts the run.
 */
export async function* iterate(
  start: (tell: (event: ProgressEvent) => void, signal: AbortSignal) => Promise<RunResult>,
  parent?: AbortSignal,
): AsyncGenerator<RunEvent, void> {
  const stop = new AbortController();
  const signal = parent ? AbortSignal.any([parent, stop.signal]) : stop.signal;
  const queue: RunEvent[] = [];
  let wake = () => {};
  let failure: { error: unknown } | undefined;
  const push = (event: RunEvent) => {
    queue.push(event);
    wake();
  };
  void start(push, signal).then(
    (result) => push({ type: 'result', result }),
    (error: unknown) => {
      failure = { error };
      wake();
    },
  );
  try {
    while (true) {
      for (let event = queue.shift(); event; event = queue.shift()) {
        yield event;
        if (event.type === 'result') return;
      }
      if (failure) throw failure.error;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (queue.length > 0 || failure) resolve();
      });
    }
  } finally {
    stop.abort();
  }
}

/** Between what belongs together and what does not. */
export const GAP = '\n\n';

/** What must still be shown so that a reader who saw `streamed` has seen `response`. */
export function unseenText(streamed: string, response: string | null): string {
  if (response === null) return '';
  if (response.startsWith(streamed)) return response.slice(streamed.length);
  // What was said before an answer that was replaced stands first in both.
  const seen = streamed.split(GAP);
  const paragraphs = response.split(GAP);
  const first = paragraphs.findIndex((paragraph, at) => paragraph !== seen[at]);
  return first < 0 ? '' : GAP + paragraphs.slice(first).join(GAP);
}
