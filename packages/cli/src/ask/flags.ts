import { type AskOptions, BatonError, parseAddress } from '@baton/runtime';
import { parseDuration } from '../duration.ts';

/** The options of `baton ask`, as they were typed. */
export interface AskFlags {
  readonly json?: boolean;
  readonly trace?: boolean;
  readonly conversation?: string;
  readonly user?: string;
  readonly timeout?: string;
  readonly interactive?: boolean;
  readonly durable?: boolean;
  /** False with `--no-wait`. */
  readonly wait?: boolean;
  readonly server?: string;
  readonly batch?: string;
  readonly column?: string;
  readonly concurrency?: string;
  readonly limit?: string;
  readonly out?: string;
}

/** What `baton ask` was called with. */
export interface AskRequest {
  readonly agent: string;
  readonly question: string | undefined;
  readonly flags: AskFlags;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
}

/** The runtime lets no answer take longer than a day. */
const MAX_TIMEOUT_MS = 24 * 3_600_000;

/** Options that mean something with `--batch` alone. */
const BATCH_ONLY = ['column', 'concurrency', 'limit', 'out'] as const;

/**
 * What `--conversation`, `--user`, `--timeout` and `--durable` ask for, with the name of the agent checked: a name that is none is
 * refused before there is any connection.
 * @throws {BatonError} INVALID_ARGUMENT naming the option.
 */
export function readRunOptions({ agent, flags, signal }: AskRequest): AskOptions {
  parseAddress(agent, 'default');
  const { conversation, user, timeout, durable } = flags;
  const timeoutMs = timeout === undefined ? undefined : readTimeout(timeout);
  return {
    signal,
    ...(conversation !== undefined && { conversation }),
    ...(user !== undefined && { user }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(durable && { delivery: 'durable' }),
  };
}

function readTimeout(text: string): number {
  const timeoutMs = parseDuration(text, '--timeout');
  if (timeoutMs > 0 && timeoutMs <= MAX_TIMEOUT_MS) return timeoutMs;
  throw invalid(`--timeout must be more than 0 and at most 24h, not ${JSON.stringify(text)}`);
}

/** Whether the question is what stdin holds. */
export function readsStdin(question: string | undefined): boolean {
  return question === '-';
}

/** @throws {BatonError} INVALID_ARGUMENT for options that do not go together. */
export function checkFlags({ question, flags }: AskRequest): void {
  if (flags.batch === undefined) {
    const stray = BATCH_ONLY.find((name) => flags[name] !== undefined);
    if (stray) throw invalid(`--${stray} needs --batch`);
    if (question === undefined) throw invalid('there is no question; "-" reads it from stdin');
    if (flags.wait === false && !flags.durable) throw invalid('--no-wait needs --durable');
    if (flags.durable && flags.interactive) {
      throw invalid('with --durable nobody may be left to be asked; it does not go with --interactive');
    }
    if (flags.interactive && readsStdin(question)) {
      throw invalid('stdin cannot hold the question and, with --interactive, answers too');
    }
    return;
  }
  if (question !== undefined)
    throw invalid('with --batch the questions come from the file; leave the question out');
  if (flags.durable) throw invalid('--durable asks one question; it does not go with --batch');
  if (flags.column === undefined) throw invalid('--batch needs --column, the column that holds the question');
  if (flags.conversation !== undefined) throw invalid('with --batch each row is a conversation of its own');
  if (flags.interactive)
    throw invalid("--interactive answers one question's agents; it does not go with --batch");
  if (flags.trace) throw invalid('--trace shows one question; it does not go with --batch');
}

/** @throws {BatonError} INVALID_ARGUMENT naming the option. */
export function readCount(text: string, option: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count > 0) return count;
  throw invalid(`${option} must be a positive integer, not ${JSON.stringify(text)}`);
}

function invalid(message: string): BatonError {
  return new BatonError('INVALID_ARGUMENT', message);
}
