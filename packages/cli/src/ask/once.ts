import {
  BatonError,
  ERROR_CODES,
  type Mesh,
  type RunOptions,
  type RunResult,
  unseenText,
} from '@baton/runtime';
import { withMesh } from '../client.ts';
import { readStdin } from '../read-stdin.ts';
import { orInterrupted } from '../terminal/interrupt.ts';
import { writeOut } from '../terminal/output.ts';
import { paint } from '../terminal/paint.ts';
import { printable } from '../terminal/printable.ts';
import { answerQuery } from './answer-query.ts';
import { type AskRequest, checkFlags, readRunOptions, readsStdin } from './flags.ts';
import { answerJson, noAnswerJson } from './json.ts';
import { traceLines } from './trace.ts';

/** Asks, and writes the answer to stdout as it comes. @throws {BatonError} what went wrong, after what had arrived. */
export async function askAloud(request: AskRequest): Promise<0> {
  const { agent, flags } = request;
  const result = await onMesh(request, (mesh, question, options) =>
    tell(mesh.stream(agent, question, options), flags.trace ?? false),
  );
  if (flags.trace) writeTrace(request, result);
  if (result.success) return 0;
  throw BatonError.from(result.error ?? 'the agent failed without an error');
}

/** Asks, prints one JSON object whatever happens, and returns the exit status. */
export async function askForJson(request: AskRequest): Promise<number> {
  const { agent, flags } = request;
  const started = performance.now();
  try {
    const result = await onMesh(request, (mesh, question, options) => mesh.ask(agent, question, options));
    await writeOut(`${JSON.stringify(answerJson(result))}\n`);
    if (flags.trace) writeTrace(request, result);
    return result.success ? 0 : ERROR_CODES[result.error?.code ?? 'INTERNAL'].exit;
  } catch (thrown) {
    const error = BatonError.from(thrown);
    await writeOut(`${JSON.stringify(noAnswerJson(request, error, performance.now() - started))}\n`);
    return ERROR_CODES[error.code].exit;
  }
}

/** Everything that can be refused without a broker is refused before there is a connection. */
async function onMesh(
  request: AskRequest,
  work: (mesh: Mesh, question: string, options: RunOptions) => Promise<RunResult>,
): Promise<RunResult> {
  const { question = '', flags, signal } = request;
  checkFlags(request);
  const options = { ...readRunOptions(request), onQuery: answerQuery(request) };
  const text = readsStdin(question)
    ? await orInterrupted(readStdin(process.stdin, 'question'), signal)
    : question;
  return await withMesh({ server: flags.server, signal }, (mesh) => work(mesh, text, options));
}

async function tell(events: ReturnType<Mesh['stream']>, showHandoffs: boolean): Promise<RunResult> {
  let streamed = '';
  let result: RunResult | undefined;
  for await (const event of events) {
    if (event.type === 'text') {
      streamed += event.text;
      await writeOut(event.text);
    } else if (event.type === 'handoff' && showHandoffs && process.stderr.isTTY) {
      const { from, to } = event.handoff;
      const lineBreak = streamed === '' || streamed.endsWith('\n') ? '' : '\n';
      process.stderr.write(`${lineBreak}${paint('dim', printable(`${from} -> ${to}`))}\n`);
    } else if (event.type === 'result') {
      result = event.result;
    }
  }
  if (!result) throw new BatonError('INTERNAL', 'the answer ended without a result');
  const rest = unseenText(streamed, result.response);
  const shown = streamed + rest;
  const ending = shown.endsWith('\n') || (shown === '' && !result.success) ? '' : '\n';
  await writeOut(rest + ending);
  return result;
}

function writeTrace({ agent }: AskRequest, result: RunResult): void {
  process.stderr.write(`${traceLines(agent, result).join('\n')}\n`);
}
