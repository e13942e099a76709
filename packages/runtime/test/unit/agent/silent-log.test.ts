import { pino } from 'pino';
import { expect, test } from 'vitest';
import { silentLog } from '../../../src/agent/silent-log.ts';

test('offers whatever a log of pino that is off offers to those who write to it', () => {
  const off = pino({ enabled: false });
  const log = silentLog();
  const child = log.child({ agent: 'billing' });
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const) {
    expect(child[level]({ err: new Error('broken') }, 'nobody reads it')).toBeUndefined();
    expect(log.isLevelEnabled(level)).toBe(off.isLevelEnabled(level));
  }
  expect(log.level).toBe(off.level);
  expect(child.bindings()).toEqual({});
});
