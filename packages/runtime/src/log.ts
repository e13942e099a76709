import type { Logger, LoggerOptions } from 'pino';
import { loadPino, loadPinoPretty } from './late-log.ts';
import { BatonError } from './wire/error.ts';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogOptions {
  /** Default `info`. */
  readonly level?: LogLevel;
  /** For people instead of machines. Default: when stdout is a terminal and NODE_ENV is not `production`. */
  readonly pretty?: boolean;
  readonly colour?: boolean;
  /** Takes the lines instead of stdout, as JSON. */
  readonly destination?: { write(line: string): void };
}

/** The process's log on stdout: one JSON object a line, or readable lines on a terminal. */
export async function createLog(options: LogOptions = {}): Promise<Logger> {
  const { level = 'info' } = options;
  const isTerminal = process.stdout.isTTY === true;
  const { pretty = isTerminal && process.env.NODE_ENV !== 'production', colour = isTerminal } = options;
  const pino = await loadPino();
  const base: LoggerOptions = { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime };
  if (options.destination) return pino(base, options.destination);
  if (!pretty) return pino(base);
  const prettyStream = await loadPinoPretty();
  return pino(
    base,
    prettyStream({ colorize: colour, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l', sync: true }),
  );
}

/** @throws {BatonError} INVALID_ARGUMENT naming the levels there are. */
export function parseLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level) return level;
  throw new BatonError(
    'INVALID_ARGUMENT',
    `log level ${JSON.stringify(text)} must be one of ${LOG_LEVELS.join(', ')}`,
  );
}
