import serializers from 'pino-std-serializers';
import { BatonError } from '../wire/error.ts';

/**
 * Anything thrown, as a log can take it. A log reads the fields of an error and writes on it, which a frozen one, or one
 * whose getters throw, does not allow: of those only the text is left. What is said of a failure must not end a run.
 */
export function loggable(thrown: unknown): unknown {
  try {
    serializers.err(thrown as Error);
    return thrown;
  } catch {
    return BatonError.from(thrown).message;
  }
}
