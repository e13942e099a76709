import { answerQueries } from '../agent/answer-queries.ts';
import { startDeadline } from '../agent/deadline.ts';
import type { Emit, ProgressEvent } from '../agent/events.ts';
import { newScope, type RunOptions, toMessages } from '../agent/new-run.ts';
import { explainIssue } from '../wire/envelope.ts';
import { BatonError } from '../wire/error.ts';
import { lastUserText, type Message } from '../wire/message.ts';
import { HandoffMetadata } from '../wire/metadata.ts';
import { parseAddress } from '../wire/name.ts';
import type { RunResult } from '../wire/result.ts';
import { exchange } from './exchange.ts';
import type { Sender } from './sender.ts';

/** A question that enters the mesh here. */
export interface Question {
  readonly target: string;
  readonly question: string | readonly Message[];
  readonly options: RunOptions;
}

/**
 * Asks an agent, as someone who is none. Whatever happens on the mesh, it resolves with one result.
 * @throws {BatonError} INVALID_ARGUMENT, before anything is published, for a name, question or option that is none.
 */
export async function ask(
  sender: Sender,
  { target, question, options }: Question,
  tell: (event: ProgressEvent) => void,
): Promise<RunResult> {
  const address = parseAddress(target, sender.home);
  const messages = toMessages(question);
  if (lastUserText(messages).trim() === '') {
    throw new BatonError('INVALID_ARGUMENT', 'the question is empty');
  }
  const bounds = newScope([], options);
  const metadata = readMetadata(options);
  const start = async (emit: Emit, signal: AbortSignal | undefined) => {
    using deadline = startDeadline(bounds.expiresAt, signal);
    const scope = { ...bounds, signal: deadline.signal };
    const order = { id: scope.id, target, mode: 'call', messages, context: {}, metadata, scope } as const;
    return await exchange(sender, { order, address }, emit);
  };
  return await answerQueries({ onQuery: options.onQuery, signal: options.signal }, start, tell);
}

function readMetadata({ retries }: RunOptions): HandoffMetadata {
  const metadata = HandoffMetadata.safeParse(retries === undefined ? {} : { retries });
  if (metadata.success) return metadata.data;
  throw new BatonError('INVALID_ARGUMENT', `option ${explainIssue(metadata.error)}`);
}
