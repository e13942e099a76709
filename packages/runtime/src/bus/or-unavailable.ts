import { BatonError } from '../wire/error.ts';

/**
 * What the broker is waited for; what the client says of one that was lost meanwhile is made an error of ours.
 * @throws {BatonError} UNAVAILABLE.
 */
export async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof BatonError) throw cause;
    throw new BatonError('UNAVAILABLE', 'the broker was lost before it had answered', { cause });
  }
}
