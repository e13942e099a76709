import { expect, it } from 'vitest';
import { readWhole } from '../../../src/bench/simulate.ts';

const LIMITS = { min: 10, max: 1e6 };

it('reads 1e5 as well as 100000', () => {
  expect(readWhole('1e5', '--agents', LIMITS)).toBe(100_000);
  expect(readWhole('100000', '--agents', LIMITS)).toBe(100_000);
});

it.each(['9', '1e7', '10.5', '', ' ', 'many'])('refuses %j, saying what would be right', (text) => {
  expect(() => readWhole(text, '--agents', LIMITS)).toThrow(
    `--agents must be a whole number from 10 to 1000000, not ${JSON.stringify(text)}`,
  );
});
