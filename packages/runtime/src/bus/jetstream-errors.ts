import { ErrorCode, NatsError } from 'nats';
import { BatonError } from '../wire/error.ts';

/** The server's codes for "wrong last sequence": 2.15 answers some conflicts with the second. */
const WRONG_LAST_SEQUENCE = [10071, 10164];

/** The server's codes for a stream, an account or a disk that is full; they are not the same in all versions. */
const FULL = [10023, 10047, 10077];
const FULL_TEXT = /maximum (bytes|messages) exceeded|insufficient|resource/;

/** The server's own number for what went wrong; undefined for an error that is not the server's. */
export function apiCode(error: unknown): number | undefined {
  return error instanceof NatsError ? error.api_error?.err_code : undefined;
}

/** Whether others have written first. */
export function isConflict(error: unknown): boolean {
  const about = error instanceof NatsError ? error.api_error : undefined;
  if (!about) return false;
  return WRONG_LAST_SEQUENCE.includes(about.err_code ?? 0) || /wrong last sequence/.test(about.description);
}

/**
 * @throws {BatonError} INVALID_ARGUMENT for what is too large, RESOURCE_EXHAUSTED when there is no room for it, else
 * UNAVAILABLE: what was written may or may not be kept.
 */
export function rethrow(error: unknown): never {
  if (error instanceof BatonError) throw error;
  const code = (error as { code?: string }).code;
  if (code === ErrorCode.MaxPayloadExceeded) {
    throw new BatonError('INVALID_ARGUMENT', 'the message is larger than the broker takes', { cause: error });
  }
  if (isFull(error)) {
    const message =
      'the broker has no room left; give its JetStream more, or wait until what is old has been swept';
    throw new BatonError('RESOURCE_EXHAUSTED', message, { cause: error });
  }
  throw new BatonError('UNAVAILABLE', `the broker did not keep or tell an entry: ${String(error)}`, {
    cause: error,
  });
}

function isFull(error: unknown): boolean {
  const about = error instanceof NatsError ? error.api_error : undefined;
  return about !== undefined && (FULL.includes(about.err_code ?? 0) || FULL_TEXT.test(about.description));
}
