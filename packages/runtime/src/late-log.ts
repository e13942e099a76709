import type { pino } from 'pino';
import type { build } from 'pino-pretty';

/** pino, loaded by processes that log; a file of its own for the reason that `model/late.ts` gives. */
export const loadPino = async (): Promise<typeof pino> => (await import('pino')).pino;
/** Log lines for people; loading it costs a tenth of a second. */
export const loadPinoPretty = async (): Promise<typeof build> => (await import('pino-pretty')).build;
