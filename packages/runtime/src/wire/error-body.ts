import { z } from 'zod';
import { BatonError, ERROR_CODES, ErrorCode } from './error.ts';
import { decodeJson, encodeJson } from './json.ts';
import { RunResult } from './result.ts';

/** The JSON body of an error message (protocol section 9): `error` for anyone, `baton` for Baton. */
export const ErrorBody = z.looseObject({
  error: z.string(),
  message: z.string().optional(),
  retryable: z.boolean().optional(),
  target: z.string().optional(),
  /** The failed run, so that its handoffs are not lost with it. One that makes no sense is no reason to lose the error. */
  baton: RunResult.optional().catch(undefined),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

const MAX_HEADER_TEXT = 200;

export function encodeErrorBody(error: BatonError, result?: RunResult): Uint8Array {
  const { code, ...facts } = error.toJSON();
  const body: ErrorBody = {
    error: code.toLowerCase(),
    ...facts,
    ...(result && { baton: result }),
  };
  return encodeJson(body);
}

/** An error's text as a header value: one line, at most 200 characters, printable ASCII. */
export function headerText(message: string): string {
  const line = message.replace(/\s*\n\s*/g, ' | ').replace(/[^\x20-\x7e]/g, '?');
  return line.length > MAX_HEADER_TEXT ? `${line.slice(0, MAX_HEADER_TEXT - 3)}...` : line;
}

/** Rebuilds the error of an error message, and the failed run where the host told it. */
export function decodeError(
  protocolCode: number,
  text: string,
  data: Uint8Array,
): {
  error: BatonError;
  result: RunResult | undefined;
  /** The host itself says that the same request may do better later. */
  isPassing: boolean;
} {
  const body = ErrorBody.safeParse(decodeJson(data)).data;
  const named = ErrorCode.safeParse(body?.error.toUpperCase());
  const code = named.success ? named.data : codeOfProtocol(protocolCode);
  const message = body?.message ?? (text || `error ${protocolCode} without a message`);
  return {
    error: new BatonError(code, message, { target: body?.target }),
    result: body?.baton,
    isPassing: body?.retryable === true,
  };
}

/** Foreign hosts send a number only; the first row of the table that maps to it is meant. */
function codeOfProtocol(protocolCode: number): ErrorCode {
  if (protocolCode === 500) return 'INTERNAL';
  if (protocolCode === 401) return 'PERMISSION_DENIED';
  if (protocolCode === 409) return 'FAILED_PRECONDITION';
  const codes = Object.keys(ERROR_CODES) as ErrorCode[];
  return codes.find((code) => ERROR_CODES[code].protocol === protocolCode) ?? 'INTERNAL';
}
