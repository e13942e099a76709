import { Caller, DEFAULT_MAX_HOPS, explainIssue, MAX_HOPS } from '../wire/envelope.ts';
import { BatonError } from '../wire/error.ts';
import type { Message } from '../wire/message.ts';
import { MAX_TIMEOUT_SECONDS } from '../wire/metadata.ts';
import { Money } from '../wire/money.ts';
import { newId } from './id.ts';
import type { RunScope } from './port.ts';

/** How long a run may take when nobody says otherwise, milliseconds. */
export const DEFAULT_TIMEOUT_MS = 120_000;

/** Answers what an agent asks in mid-stream. What it throws ends the whole ask. */
export type OnQuery = (query: { readonly id: string; readonly prompt: string }) => string | Promise<string>;

/** For whom, and within what bounds, a question is asked. */
export interface RunOptions {
  /** Continues a conversation; default a new one. 1 to 128 characters. */
  readonly conversation?: string;
  readonly user?: string;
  readonly scopes?: readonly string[];
  /** Milliseconds until the answer is due. Default 120 000, at most a day. */
  readonly timeoutMs?: number;
  /** Handoffs in a row before one is refused. Default 10. */
  readonly maxHops?: number;
  /** How often to ask again when an agent that is safe to ask twice was lost, 0 to 5. Default 0. */
  readonly retries?: number;
  /** The most that may be charged for the answer, all handoffs included. Default: no bound but the balance. */
  readonly budget?: Money;
  /** What happens while the broker cannot be reached: `fail` within two seconds (the default), or `wait` until the deadline. */
  readonly whileAway?: 'fail' | 'wait';
  readonly signal?: AbortSignal;
  /** Answers what agents ask back while they work. Default: they are told that nobody answers. */
  readonly onQuery?: OnQuery | undefined;
}

/**
 * The bounds of a question that enters the mesh here. `signal` is left to the caller, who also keeps the time.
 * @throws {BatonError} INVALID_ARGUMENT naming the option.
 */
export function newScope(path: readonly string[], options: RunOptions): Omit<RunScope, 'signal'> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, maxHops = DEFAULT_MAX_HOPS, conversation = newId() } = options;
  if (!(timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_SECONDS * 1000)) {
    throw invalid(
      'timeoutMs',
      `must be more than 0 and at most ${MAX_TIMEOUT_SECONDS * 1000}, not ${timeoutMs}`,
    );
  }
  if (!Number.isInteger(maxHops) || maxHops < 1 || maxHops > MAX_HOPS) {
    throw invalid('maxHops', `must be a whole number from 1 to ${MAX_HOPS}, not ${maxHops}`);
  }
  const { whileAway = 'fail' } = options;
  if (whileAway !== 'fail' && whileAway !== 'wait') {
    throw invalid('whileAway', `must be "fail" or "wait", not ${JSON.stringify(whileAway)}`);
  }
  if (!/^\P{Cc}{1,128}$/u.test(conversation)) {
    throw invalid('conversation', 'must have 1 to 128 characters, none of them a control character');
  }
  return {
    id: newId(),
    conversation,
    path,
    hops: 0,
    maxHops,
    expiresAt: Date.now() + timeoutMs,
    caller: Caller.parse({ user: options.user, scopes: options.scopes ?? [] }),
    budget: readBudget(options.budget),
    traceparent: undefined,
    canAnswer: options.onQuery !== undefined,
  };
}

function readBudget(budget: Money | undefined): Money | undefined {
  if (budget === undefined) return undefined;
  const parsed = Money.safeParse(budget);
  if (parsed.success) return { amount: parsed.data.amount, currency: parsed.data.currency };
  const problem = explainIssue(parsed.error, 'budget');
  throw new BatonError(
    'INVALID_ARGUMENT',
    `the budget's ${problem}; right is { amount: 500, currency: 'USD' }`,
  );
}

/** A question, or a conversation, as messages. */
export function toMessages(input: string | readonly Message[]): readonly Message[] {
  return typeof input === 'string' ? [{ role: 'user', content: input }] : input;
}

function invalid(field: string, problem: string): BatonError {
  return new BatonError('INVALID_ARGUMENT', `"${field}" ${problem}`);
}
