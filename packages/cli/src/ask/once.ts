import { type AskOptions, BatonError, ERROR_CODES, type Mesh, type RunResult } from '@baton/runtime';
import { withMesh } from '../client.ts';
import { readStdin } from '../read-stdin.ts';
import { orInterrupted } from '../terminal/interrupt.ts';
import { writeOut } from '../terminal/output.ts';
import { printable } from '../terminal/printable.ts';
import { answerQuery } from './answer-query.ts';
import { type AskRequest, checkFlags, readRunOptions, readsStdin } from './flags.ts';
import { answerJson, noAnswerJson } from './json.ts';
import { resultOf, tell } from './tell.ts';
import { traceLines } from './trace.ts';

/** Asks, and writes the answer to stdout as it comes. @throws {BatonError} what went wrong, after what had arrived. */
export async function askAloud(request: AskRequest): Promise<0> {
  const { agent, flags } = request;
  const result = await onMesh(request, (mesh, question, options) =>
    tell(mesh.stream(agent, question, options), { showHandoffs: flags.trace ?? false, onAccepted: sayId }),
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
    const result = await onMesh(request, (mesh, question, options) =>
      resultOf(mesh.stream(agent, question, options), sayId),
    );
    await writeOut(`${JSON.stringify(answerJson(result))}\n`);
    if (flags.trace) writeTrace(request, result);
    return result.success ? 0 : ERROR_CODES[result.error?.code ?? 'INTERNAL'].exit;
  } catch (thrown) {
    const error = BatonError.from(thrown);
    await writeOut(`${JSON.stringify(noAnswerJson(request, error, performance.now() - started))}\n`);
    return ERROR_CODES[error.code].exit;
  }
}

/** Puts the question into the agent's queue, prints its id and does not wait. @throws {BatonError} */
export async function submit(request: AskRequest): Promise<0> {
  const { agent, flags } = request;
  const { id } = await onMesh(request, (mesh, question, options) => mesh.submit(agent, question, options));
  await writeOut(flags.json ? `${JSON.stringify({ id })}\n` : `${id}\n`);
  return 0;
}

/** Everything that can be refused without a broker is refused before there is a connection. */
async function onMesh<T>(
  request: AskRequest,
  work: (mesh: Mesh, question: string, options: AskOptions) => Promise<T>,
): Promise<T> {
  const { question = '', flags, signal } = request;
  checkFlags(request);
  const options = { ...readRunOptions(request), onQuery: answerQuery(request) };
  const text = readsStdin(question)
    ? await orInterrupted(readStdin(process.stdin, 'question'), signal)
    : question;
  return await withMesh({ server: flags.server, signal }, (mesh) => work(mesh, text, options));
}

function writeTrace({ agent }: AskRequest, result: RunResult): void {
  process.stderr.write(`${traceLines(agent, result).join('\n')}\n`);
}

/** Whoever asked may be gone before the answer comes: with the id it can be had later. */
function sayId(id: string): void {
  process.stderr.write(`id ${printable(id)}\n`);
}
