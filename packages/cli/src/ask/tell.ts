import { BatonError, type RunEvent, type RunResult, unseenText } from '@baton/runtime';
import { writeOut } from '../terminal/output.ts';
import { paint } from '../terminal/paint.ts';
import { printable } from '../terminal/printable.ts';

export interface TellOptions {
  readonly showHandoffs?: boolean;
  onAccepted?(id: string): void;
  /** Told the number of each piece that was written. */
  onPiece?(seq: number): void;
  /** Part of the answer was seen before: what is missing of it at the end is not written. */
  readonly isPart?: boolean;
}

/** Writes a run's answer to stdout as it comes, what is to be said about it to stderr. Returns its result. */
export async function tell(events: AsyncIterable<RunEvent>, options: TellOptions = {}): Promise<RunResult> {
  let streamed = '';
  const note = (text: string) => {
    const lineBreak = streamed === '' || streamed.endsWith('\n') ? '' : '\n';
    process.stderr.write(`${lineBreak}${paint('dim', text)}\n`);
  };
  const onEvent = async (event: RunEvent) => {
    if (event.type === 'text') {
      streamed += event.text;
      await writeOut(event.text);
      if (event.seq !== undefined) options.onPiece?.(event.seq);
    } else if (event.type === 'handoff' && options.showHandoffs && process.stderr.isTTY) {
      note(printable(`${event.handoff.from} -> ${event.handoff.to}`));
    } else if (event.type === 'superseded') {
      if (streamed !== '') await writeOut(streamed.endsWith('\n') ? '\n' : '\n\n');
      streamed = '';
      note('the answer above is void: it was begun anew');
    } else if (event.type === 'gap') {
      note(`${event.missing} pieces of the answer are missing here`);
    }
  };
  const result = await resultOf(events, options.onAccepted, onEvent);
  const rest = options.isPart ? '' : unseenText(streamed, result.response);
  const shown = streamed + rest;
  const ending = shown.endsWith('\n') || (shown === '' && !result.success) ? '' : '\n';
  await writeOut(rest + ending);
  return result;
}

/** The result of a run, with its other events passed on. */
export async function resultOf(
  events: AsyncIterable<RunEvent>,
  onAccepted?: (id: string) => void,
  onEvent?: (event: RunEvent) => Promise<void>,
): Promise<RunResult> {
  for await (const event of events) {
    if (event.type === 'result') return event.result;
    if (event.type === 'accepted') onAccepted?.(event.id);
    else await onEvent?.(event);
  }
  throw new BatonError('INTERNAL', 'the answer ended without a result');
}
