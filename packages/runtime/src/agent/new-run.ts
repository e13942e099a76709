import { z } from 'zod';
import { DEFAULT_MAX_HOPS, Envelope, explainIssue, UserId } from '../wire/envelope.ts';
import { BatonError } from '../wire/error.ts';
import { MAX_HOPS } from '../wire/limits.ts';
import { HandoffMetadata, MAX_TIMEOUT_SECONDS } from '../wire/metadata.ts';
import { Money } from '../wire/money.ts';
import { describeValue } from '../wire/name.ts';
import { newId } from './id.ts';
import type { RunScope } from './port.ts';

const TIMEOUT_RULE = `must be more than 0 and at most ${MAX_TIMEOUT_SECONDS * 1000}`;
const HOPS_RULE = `must be a whole number from 1 to ${MAX_HOPS}`;

/** How long a run may take when nobody says otherwise, milliseconds. */
export const DEFAULT_TIMEOUT_MS = 120_000;

/** Answers what an agent asks in mid-stream. What it throws ends the whole ask. */
export type OnQuery = (query: { readonly id: string; readonly prompt: string }) => string | Promise<string>;

/** For whom, and within what bounds, a question is asked. */
export interface RunOptions {
  /** Continues a conversation; default a new one. 1 to 128 characters. */
  readonly conversation?: string;
  /** On whose behalf: 1 to 256 characters, none of them a control character. Default: nobody is named. */
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

/** What of the options can be checked alone; others of the same object are their reader's. */
const Options = z.looseObject({
  conversation: Envelope.shape.conversation.optional(),
  user: UserId.optional(),
  scopes: z.array(z.string().min(1, 'must be the name of a scope')).optional(),
  timeoutMs: z
    .number()
    .positive(TIMEOUT_RULE)
    .max(MAX_TIMEOUT_SECONDS * 1000, TIMEOUT_RULE)
    .optional(),
  maxHops: z.int(HOPS_RULE).min(1, HOPS_RULE).max(MAX_HOPS, HOPS_RULE).optional(),
  retries: HandoffMetadata.shape.retries,
  budget: Money.optional(),
  whileAway: z.enum(['fail', 'wait'], 'must be "fail" or "wait"').optional(),
  signal: z.instanceof(AbortSignal, { error: 'must be an AbortSignal' }).optional(),
  onQuery: z.custom((value) => typeof value === 'function', 'must be a function').optional(),
});

/**
 * Options that plain JavaScript may have written.
 * @throws {BatonError} INVALID_ARGUMENT naming the option.
 */
export function checkOptions(options: RunOptions): void {
  const { error } = Options.safeParse(options);
  if (!error) return;
  const [field] = error.issues[0]?.path ?? [];
  if (field === undefined) {
    throw new BatonError('INVALID_ARGUMENT', `the options must be an object, not ${describeValue(options)}`);
  }
  const hint = field === 'budget' ? "; right is { amount: 500, currency: 'USD' }" : '';
  throw new BatonError('INVALID_ARGUMENT', `option ${explainIssue(error)}${hint}`);
}

/** Their signal, and the same options with another one. What is no signal, or no options, is left to `checkOptions`. */
export function splitSignal<O extends RunOptions>(
  options: O,
): { readonly parent: AbortSignal | undefined; withSignal(signal: AbortSignal): O } {
  const parent: unknown = options?.signal;
  const isSound = typeof options === 'object' && (parent === undefined || parent instanceof AbortSignal);
  return {
    parent: parent instanceof AbortSignal ? parent : undefined,
    withSignal: (signal) => (isSound && options !== null ? { ...options, signal } : options),
  };
}

/**
 * The bounds of a question that enters the mesh here, of options that were checked. `signal` is left to the caller, who
 * also keeps the time.
 */
export function newScope(path: readonly string[], options: RunOptions): Omit<RunScope, 'signal'> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, maxHops = DEFAULT_MAX_HOPS, conversation = newId() } = options;
  const { user, scopes = [], budget } = options;
  return {
    id: newId(),
    conversation,
    path,
    hops: 0,
    maxHops,
    expiresAt: Date.now() + timeoutMs,
    caller: user === undefined ? { scopes: [...scopes] } : { user, scopes: [...scopes] },
    budget: budget && { amount: budget.amount, currency: budget.currency },
    traceparent: undefined,
    canAnswer: options.onQuery !== undefined,
  };
}
