import { abortError } from '../wire/abort.ts';
import { BatonError, type ErrorCode } from '../wire/error.ts';

/** What an HTTP status of the provider means to whoever asked; 5xx and no status at all are UNAVAILABLE. */
const CODE_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'INVALID_ARGUMENT',
  401: 'PERMISSION_DENIED',
  402: 'RESOURCE_EXHAUSTED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  408: 'UNAVAILABLE',
  409: 'UNAVAILABLE',
  413: 'INVALID_ARGUMENT',
  422: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
};

/** What is said where the provider's own words may hold part of a key or tell a customer nothing. */
const MESSAGES: Readonly<Partial<Record<ErrorCode, (model: string) => string>>> = {
  PERMISSION_DENIED: (model) => `the provider of ${model} refused the credentials: check OPENAI_API_KEY`,
  NOT_FOUND: (model) => `the provider does not know the model ${model}`,
  RESOURCE_EXHAUSTED: (model) => `the provider of ${model} has reached a rate limit or quota`,
};

/** The `BatonError` for whatever the `openai` package threw; the original stays in `cause`. */
export function fromOpenAiError(thrown: unknown, model: string, signal: AbortSignal): BatonError {
  if (signal.aborted) return abortError(signal);
  if (thrown instanceof BatonError) return thrown;
  if (thrown instanceof SyntaxError) {
    return new BatonError('PROTOCOL', `the provider of ${model} sent a malformed stream`, { cause: thrown });
  }
  const { status, name } = describe(thrown);
  if (status === undefined && name === 'OpenAIError') {
    // Misuse of the client, such as an invalid base URL; no request was made.
    return new BatonError('FAILED_PRECONDITION', `${model} cannot be called: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
  if (status === undefined || status >= 500) {
    const problem = status === undefined ? messageOf(thrown) : `it answered with HTTP ${status}`;
    return new BatonError('UNAVAILABLE', `the provider of ${model} is not available: ${problem}`, {
      cause: thrown,
    });
  }
  const code = CODE_BY_STATUS[status] ?? 'INTERNAL';
  const message =
    MESSAGES[code]?.(model) ?? `the provider of ${model} refused the request: ${messageOf(thrown)}`;
  return new BatonError(code, message, { cause: thrown });
}

function describe(thrown: unknown): { status: number | undefined; name: string } {
  if (!(thrown instanceof Error)) return { status: undefined, name: '' };
  const status = 'status' in thrown && typeof thrown.status === 'number' ? thrown.status : undefined;
  return { status, name: thrown.constructor.name };
}

function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
