import type { ErrorInfo, HandoffRecord, RunResult } from '@baton/runtime';
import type { AskRequest } from './flags.ts';

/** What `baton ask --json` prints; the names are part of the command's contract. */
export interface AnswerJson {
  readonly success: boolean;
  readonly response: string | null;
  /** Who answered. */
  readonly agent: string;
  readonly conversation: string;
  readonly id: string;
  readonly durationMs: number;
  readonly handoffs: readonly HandoffJson[];
  readonly error?: ErrorJson;
}

interface HandoffJson extends Pick<HandoffRecord, 'id' | 'from' | 'to' | 'mode' | 'success' | 'durationMs'> {
  readonly error?: ErrorJson;
}

/** `deadLetter` stands only where a durable run was given up. */
export type ErrorJson = Pick<ErrorInfo, 'code' | 'message' | 'retryable'> & { readonly deadLetter?: unknown };

/** A result in the printed form: these fields and no others, whatever else an agent sent along. */
export function answerJson(result: RunResult): AnswerJson {
  const { success, response, agent, conversation, id, durationMs, handoffs, error } = result;
  return {
    success,
    response,
    agent,
    conversation,
    id,
    durationMs,
    handoffs: handoffs.map(handoffJson),
    ...(error && { error: errorJson(error) }),
  };
}

/** The same form for a question that was never published: it has no id, and a conversation only if one was named. */
export function noAnswerJson({ agent, flags }: AskRequest, error: ErrorJson, elapsedMs: number): AnswerJson {
  return {
    success: false,
    response: null,
    agent,
    conversation: flags.conversation ?? '',
    id: '',
    durationMs: Math.round(elapsedMs),
    handoffs: [],
    error: errorJson(error),
  };
}

export function errorJson({ code, message, retryable, deadLetter }: ErrorJson): ErrorJson {
  return { code, message, retryable, ...(deadLetter === true && { deadLetter }) };
}

function handoffJson({ id, from, to, mode, success, durationMs, error }: HandoffRecord): HandoffJson {
  return { id, from, to, mode, success, durationMs, ...(error && { error: errorJson(error) }) };
}
