import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['2s', 2000],
    ['1.5s', 1500],
    ['1m', 60_000],
    ['2h', 7_200_000],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text, '--timeout')).toBe(ms);
  });

  it.each(['', 'soon', '-1s', '1 s', '1d', 's', '1e3s'])('refuses %j, naming the field', (text) => {
    expect(() => parseDuration(text, '--timeout')).toThrow(/^--timeout/);
  });

  it('asks for the unit of a bare number', () => {
    expect(() => parseDuration('30', 'heartbeat')).toThrow('did you mean "30s"?');
  });
});
