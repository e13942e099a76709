import type { Logger } from 'pino';

const nothing = () => {};

/**
 * A log that keeps nothing, for members and agents that were given none. pino is loaded by those who do log: it is a
 * tenth of what an agent's process holds.
 */
export function silentLog(): Logger {
  const log: Partial<Logger> = {
    level: 'silent',
    trace: nothing,
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
    fatal: nothing,
    silent: nothing,
    isLevelEnabled: (level) => level === 'silent',
    bindings: () => ({}),
    setBindings: nothing,
    flush: (done) => done?.(),
    child: () => log as never,
  };
  return log as Logger;
}
