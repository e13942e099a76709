import { BatonError, type Mesh, type RunResult, unseenText } from '@baton/runtime';
import type { TryQuestion } from '../mesh-file/read.ts';
import { paint } from '../terminal/paint.ts';
import { printable } from '../terminal/printable.ts';
import type { Screen } from '../terminal/screen.ts';

const out = process.stdout;

/**
 * Asks one question after the other and shows each answer as it comes, the way it took, and how long that was.
 * @throws {BatonError} INTERNAL at the end when an answer failed, with the reasons. CANCELLED when the signal is aborted.
 */
export async function tryQuestions(
  questions: readonly TryQuestion[],
  { mesh, screen, signal }: { mesh: Mesh; screen: Screen; signal: AbortSignal },
): Promise<void> {
  const failures: string[] = [];
  for (const { ask, question } of questions) {
    screen.print(`${paint('bold', `> ${printable(question)}`, out)}`);
    const result = await showAnswer(mesh.stream(ask, question, { signal }), screen);
    if (signal.aborted) throw new BatonError('CANCELLED', 'interrupted');
    const seconds = (result.durationMs / 1000).toFixed(2);
    screen.print(paint('dim', printable(`${pathOf(ask, result)}  ${seconds} s`), out));
    if (!result.success) {
      const { code = 'INTERNAL', message = 'no reason given' } = result.error ?? {};
      screen.print(`${paint('red', code, out)} ${printable(message)}`);
      failures.push(`"${printable(question)}": ${code} ${printable(message)}`);
    }
    screen.print('');
    screen.endAnswer();
  }
  if (failures.length > 0) {
    throw new BatonError(
      'INTERNAL',
      `${failures.length} of ${questions.length} questions had no answer: ${failures.join('; ')}`,
    );
  }
}

async function showAnswer(events: ReturnType<Mesh['stream']>, screen: Screen): Promise<RunResult> {
  let shown = '';
  let result: RunResult | undefined;
  const show = (text: string) => {
    shown += text;
    if (text !== '') screen.answer(text);
  };
  try {
    for await (const event of events) {
      if (event.type === 'text') show(event.text);
      else if (event.type === 'superseded' && shown !== '') {
        show('\n\n');
        shown = '';
      } else if (event.type === 'result') result = event.result;
    }
    if (!result) throw new BatonError('INTERNAL', 'the answer ended without a result');
    show(unseenText(shown, result.response));
    return result;
  } finally {
    if (shown !== '' && !shown.endsWith('\n')) show('\n');
  }
}

/** Whom the question went to, and on: `customer-service -> billing-department`. */
function pathOf(asked: string, { handoffs }: RunResult): string {
  return [asked, ...handoffs.filter(({ success }) => success).map(({ to }) => to)].join(' -> ');
}
