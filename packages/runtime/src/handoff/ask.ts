import { answerQueries } from '../agent/answer-queries.ts';
import { Deadline } from '../agent/deadline.ts';
import type { Emit, ProgressEvent } from '../agent/events.ts';
import { checkOptions, DEFAULT_TIMEOUT_MS, newScope, type RunOptions } from '../agent/new-run.ts';
import { toMessages } from '../agent/read-messages.ts';
import { HandoffId } from '../wire/envelope.ts';
import { BatonError } from '../wire/error.ts';
import type { Message } from '../wire/message.ts';
import { type Owner, parseAddress } from '../wire/name.ts';
import type { RunResult } from '../wire/result.ts';
import { durableExchange } from './durable/durable-exchange.ts';
import { exchange } from './exchange.ts';
import type { Sender } from './sender.ts';

/** How long a durable run may take when nobody says otherwise, milliseconds. */
const DURABLE_TIMEOUT_MS = 3_600_000;

/** How a question is asked. */
export interface AskOptions extends RunOptions {
  /**
   * `interactive` (default): fast, at most once, failure is seen at once. `durable`: kept by the broker until it is
   * done, whoever dies; the answer is due within an hour unless `timeoutMs` says otherwise.
   */
  readonly delivery?: 'interactive' | 'durable';
  /**
   * Names a durable run, 1 to 64 letters, digits, `-` and `_`: asked again under its id, it is still one run. Default: a
   * new id.
   */
  readonly id?: string;
}

/** A question that enters the mesh here. */
export interface Question {
  readonly target: string;
  readonly question: string | readonly Message[];
  readonly options: AskOptions;
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
  const { address, messages, bounds, metadata } = readQuestion(sender.home, { target, question, options });
  const carryOut = options.delivery === 'durable' ? durableExchange : exchange;
  const start = async (emit: Emit, signal: AbortSignal | undefined) => {
    const deadline = new Deadline(bounds.expiresAt, signal);
    try {
      const scope = Object.assign(bounds, { signal: deadline });
      const order = { id: scope.id, target, mode: 'call', messages, context: {}, metadata, scope } as const;
      return await carryOut(sender, { order, address, whileAway: options.whileAway }, emit);
    } finally {
      deadline[Symbol.dispose]();
    }
  };
  return await answerQueries({ onQuery: options.onQuery, signal: options.signal }, start, tell);
}

/**
 * Checks a question that enters the mesh here, and sets its bounds.
 * @throws {BatonError} INVALID_ARGUMENT for a name, question or option that is none.
 */
export function readQuestion(home: Owner, { target, question, options }: Question) {
  const address = parseAddress(target, home);
  checkOptions(options);
  const messages = toMessages(question);
  const { delivery = 'interactive', id } = options;
  if (delivery !== 'interactive' && delivery !== 'durable') {
    throw new BatonError(
      'INVALID_ARGUMENT',
      `"delivery" must be 'interactive' or 'durable', not "${delivery}"`,
    );
  }
  const isDurable = delivery === 'durable';
  if (id !== undefined && !isDurable) {
    throw new BatonError('INVALID_ARGUMENT', `"id" names a durable run; it needs delivery: 'durable'`);
  }
  const named = id === undefined ? undefined : HandoffId.safeParse(id);
  if (named?.success === false) {
    throw new BatonError(
      'INVALID_ARGUMENT',
      `"id" ${named.error.issues[0]?.message}, not ${JSON.stringify(id)}`,
    );
  }
  const { timeoutMs = isDurable ? DURABLE_TIMEOUT_MS : DEFAULT_TIMEOUT_MS } = options;
  // Whoever asks may be gone by the time an agent wants to ask back.
  const onQuery = isDurable ? undefined : options.onQuery;
  const bounds = newScope([], { ...options, timeoutMs, onQuery });
  const { retries } = options;
  const metadata = retries === undefined ? {} : { retries };
  return { address, messages, metadata, bounds: named ? { ...bounds, id: named.data } : bounds };
}
