import { z } from 'zod';

/** What is known about an error code, wherever the error surfaces. */
export interface ErrorCodeInfo {
  /** The same request may succeed if sent again, unchanged. */
  readonly retryable: boolean;
  /** HTTP status at the gateway. */
  readonly http: number;
  /** `Nats-Service-Error-Code` on the wire; the protocol allows 400, 401, 403, 404, 409, 429 and 500 only. */
  readonly protocol: number;
  /** Exit status of the command line. */
  readonly exit: number;
}

/** The one table of errors. `docs/errors.md` explains each row; a test compares the two. */
export const ERROR_CODES = {
  INVALID_ARGUMENT: { retryable: false, http: 400, protocol: 400, exit: 2 },
  NOT_FOUND: { retryable: false, http: 404, protocol: 404, exit: 3 },
  UNAVAILABLE: { retryable: true, http: 503, protocol: 500, exit: 4 },
  DEADLINE_EXCEEDED: { retryable: false, http: 504, protocol: 500, exit: 5 },
  CANCELLED: { retryable: false, http: 499, protocol: 409, exit: 130 },
  RESOURCE_EXHAUSTED: { retryable: true, http: 429, protocol: 429, exit: 6 },
  PERMISSION_DENIED: { retryable: false, http: 403, protocol: 403, exit: 7 },
  PAYMENT_REQUIRED: { retryable: false, http: 402, protocol: 403, exit: 8 },
  LOOP: { retryable: false, http: 508, protocol: 409, exit: 9 },
  FAILED_PRECONDITION: { retryable: false, http: 412, protocol: 409, exit: 10 },
  PROTOCOL: { retryable: false, http: 502, protocol: 400, exit: 11 },
  INTERNAL: { retryable: false, http: 500, protocol: 500, exit: 1 },
} as const satisfies Record<string, ErrorCodeInfo>;

/** The name of an error, stable across releases and processes. */
export const ErrorCode = z.enum(Object.keys(ERROR_CODES) as [keyof typeof ERROR_CODES]);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** An error as it crosses the bus: no stack, no cause. */
export const ErrorInfo = z.looseObject({
  code: ErrorCode,
  message: z.string(),
  retryable: z.boolean(),
  /** The agent a handoff was meant for. */
  target: z.string().optional(),
});
export type ErrorInfo = z.infer<typeof ErrorInfo>;

/** The longest text of an error that travels, characters: an error must never be too large to be told. */
const MAX_MESSAGE = 2000;
const MAX_TARGET = 200;

/** What may accompany a `BatonError`. */
export interface BatonErrorOptions {
  /** What went wrong underneath; stays in this process. */
  readonly cause?: unknown;
  /** The agent a handoff was meant for. */
  readonly target?: string | undefined;
}

/** Every failure Baton reports, with a code from `ERROR_CODES`. Its message is written for the person who reads it. */
export class BatonError extends Error {
  override readonly name: string = 'BatonError';
  readonly code: ErrorCode;
  readonly target: string | undefined;

  /** @throws {TypeError} for a code that is not in the table. */
  constructor(code: ErrorCode, message: string, options: BatonErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    if (!isCode(code)) {
      throw new TypeError(`the error code ${String(code)} is none of ${Object.keys(ERROR_CODES).join(', ')}`);
    }
    this.code = code;
    this.target = typeof options.target === 'string' ? options.target : undefined;
  }

  get retryable(): boolean {
    return isCode(this.code) && ERROR_CODES[this.code].retryable;
  }

  /** The form that crosses the bus and that `--json` prints; overlong texts are cut. */
  toJSON(): ErrorInfo {
    const { retryable, target } = this;
    // A subclass may have written over what the constructor checked.
    const code = isCode(this.code) ? this.code : 'INTERNAL';
    const message = cut(String(this.message), MAX_MESSAGE);
    return { code, message, retryable, ...(target !== undefined && { target: cut(target, MAX_TARGET) }) };
  }

  /** Wraps anything thrown, once; a `BatonError` (of any copy of this package) keeps its code. */
  static from(thrown: unknown): BatonError {
    const known = tryTo(() => (isSound(thrown) ? thrown : ErrorInfo.safeParse(thrown).data));
    if (known instanceof BatonError) return known;
    if (known) return new BatonError(known.code, known.message, { cause: thrown, target: known.target });
    const text = tryTo(() => String(thrown instanceof Error ? thrown.message : thrown));
    return new BatonError('INTERNAL', text || 'an error without a message', { cause: thrown });
  }
}

/** What went wrong on a handoff. Thrown by an author's `before_handoff` hook it refuses the handoff. */
export class HandoffError extends BatonError {
  override readonly name: string = 'HandoffError';

  /** Defaults to `FAILED_PRECONDITION`: the source's own rules said no. */
  constructor(message: string, options: BatonErrorOptions & { readonly code?: ErrorCode } = {}) {
    super(options.code ?? 'FAILED_PRECONDITION', message, options);
  }
}

function isCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}

function isSound(thrown: unknown): thrown is BatonError {
  return thrown instanceof BatonError && isCode(thrown.code) && typeof thrown.message === 'string';
}

function cut(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit - 3)}...` : text;
}

/** Anything can be thrown, things whose very reading throws among them. */
function tryTo<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
