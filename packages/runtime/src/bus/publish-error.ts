import { ErrorCode } from 'nats';
import { BatonError } from '../wire/error.ts';

/** What the client's refusal to publish means. */
export function publishError(cause: unknown, bytes: number, limit: number): BatonError {
  if ((cause as { code?: unknown }).code === ErrorCode.MaxPayloadExceeded) return tooLargeError(bytes, limit);
  return new BatonError('UNAVAILABLE', 'the connection to the broker is closed', { cause });
}

export function notAllowedError(subject: string): BatonError {
  return new BatonError('PERMISSION_DENIED', `the broker does not let this member publish on "${subject}"`);
}

export function tooLargeError(bytes: number, limit: number): BatonError {
  const mb = (n: number) => `${(n / 1_048_576).toFixed(1)} MB`;
  return new BatonError(
    'INVALID_ARGUMENT',
    `the message has ${mb(bytes)}; the broker takes at most ${mb(limit)}`,
  );
}
