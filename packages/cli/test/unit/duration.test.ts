import { expect, it } from 'vitest';
import { parseDuration } from '../../src/duration.ts';

it.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['2m', 120_000],
  ['1.5h', 5_400_000],
  [' 1s ', 1000],
])('reads %j as milliseconds', (text, milliseconds) => {
  expect(parseDuration(text, '--timeout')).toBe(milliseconds);
});

it('refuses a number without a unit and names the option', () => {
  expect(() => parseDuration('30', '--timeout')).toThrow('--timeout "30" has no unit: did you mean "30s"?');
});

it.each(['', 's', '-1s', '1d', '1s2', '1e3s', 'ms'])('refuses %j', (text) => {
  expect(() => parseDuration(text, 'timeout')).toThrow(/^timeout ".*" is no duration\. Write /);
});
