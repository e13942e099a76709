import { setMaxListeners } from 'node:events';
import { BatonError, type Mesh, type RunOptions } from '@baton/runtime';
import { withMesh } from '../client.ts';
import { type AnswersFile, openAnswersFile, type RowAnswer } from './answers-file.ts';
import { type AskRequest, checkFlags, readCount, readRunOptions } from './flags.ts';
import { errorJson } from './json.ts';
import { type Progress, startProgress } from './progress.ts';
import { openRows, type Row, type Rows } from './rows.ts';
import { writeSum } from './sum.ts';
import { Tally } from './tally.ts';

/** A batch in progress. */
interface Batch {
  readonly agent: string;
  readonly mesh: Mesh;
  readonly options: RunOptions;
  readonly rows: Rows;
  readonly limit: number;
  readonly tally: Tally;
  readonly answers: AnswersFile;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

const DEFAULT_CONCURRENCY = '8';

/** How a batch ended, once its sum is out. */
export interface BatchEnd {
  /** See `Tally.exitStatus`. */
  readonly status: number;
  /** What ended it before its last row: CANCELLED on Ctrl-C, INVALID_ARGUMENT where the file is no CSV. */
  readonly stopped: { readonly error: unknown } | undefined;
}

/**
 * Asks every row of a CSV file, each in a conversation of its own, and sums up.
 * @throws {BatonError} INVALID_ARGUMENT for options and files, UNAVAILABLE without a broker; no sum is out then.
 */
export async function askBatch(request: AskRequest): Promise<BatchEnd> {
  checkFlags(request);
  const { agent, flags, signal } = request;
  const { batch = '', column = '', concurrency = DEFAULT_CONCURRENCY, server, json = false } = flags;
  const options = readRunOptions(request);
  const workers = readCount(concurrency, '--concurrency');
  const limit = flags.limit === undefined ? Number.POSITIVE_INFINITY : readCount(flags.limit, '--limit');
  const rows = await openRows(batch, column);
  const tally = new Tally();
  // Every question in flight listens for Ctrl-C; that is no leak.
  setMaxListeners(0, signal);
  try {
    return await withMesh({ server, signal }, async (mesh) => {
      const answers = await openAnswersFile(flags.out);
      const progress = await startProgress(Number.isFinite(limit) ? limit : rows.size);
      const started = performance.now();
      const work: Batch = { agent, mesh, options, rows, limit, tally, answers, progress, signal };
      const stopped = await askRows(work, workers);
      progress.stop();
      await writeSum(tally, performance.now() - started, json);
      await answers.close();
      return { status: tally.exitStatus(), stopped };
    });
  } finally {
    rows.close();
  }
}

/** Resolves when all that was asked has come back; with the error that ended the reading early, if one did. */
async function askRows(batch: Batch, workers: number): Promise<{ error: unknown } | undefined> {
  let stopped: { error: unknown } | undefined;
  let taken = 0;
  const take = async (): Promise<Row | undefined> => {
    if (stopped || taken >= batch.limit) return undefined;
    taken += 1;
    return await batch.rows.next();
  };
  const worker = async () => {
    try {
      for (let row = await take(); row; row = await take()) {
        await askRow(batch, row);
        if (batch.signal.aborted)
          throw new BatonError('CANCELLED', 'interrupted; the rows left were not asked');
      }
    } catch (error) {
      stopped ??= { error };
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  return stopped;
}

async function askRow({ agent, mesh, options, limit, signal, ...batch }: Batch, row: Row): Promise<void> {
  const answer = await answerRow(row, agent, (question) => mesh.ask(agent, question, options));
  const { tally, progress, answers } = batch;
  if (answer.error?.code === 'CANCELLED' && signal.aborted) tally.addInterrupted();
  else if (answer.error) tally.addFailure(row.row, answer.error);
  else tally.addAnswer(answer.agent);
  progress.update(Number.isFinite(limit) ? row.row : row.bytes, tally);
  await answers.write(answer);
}

async function answerRow(
  { row, question }: Row,
  agent: string,
  ask: (question: string) => ReturnType<Mesh['ask']>,
): Promise<RowAnswer> {
  try {
    const result = await ask(question);
    const { success, response, error } = result;
    if (success) return { row, question, success, response, agent: result.agent };
    const failure = BatonError.from(error ?? 'the agent failed without an error');
    return { row, question, success, response, agent: result.agent, error: errorJson(failure) };
  } catch (thrown) {
    const error = errorJson(BatonError.from(thrown));
    return { row, question, success: false, response: null, agent, error };
  }
}
