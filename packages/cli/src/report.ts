import { BatonError, ERROR_CODES } from '@baton/runtime';
import { paint } from './terminal/paint.ts';

/** Says what went wrong in one or two lines on stderr, never with a stack, and ends with the code's exit status. */
export function reportAndExit(thrown: unknown): never {
  const error = BatonError.from(thrown);
  process.stderr.write(`${paint('red', 'error')} ${error.code}: ${error.message}\n`);
  if (process.env.BATON_DEBUG)
    process.stderr.write(`${(error.cause as Error | undefined)?.stack ?? error.stack}\n`);
  process.exit(ERROR_CODES[error.code].exit);
}
