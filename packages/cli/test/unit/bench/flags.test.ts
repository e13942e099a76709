import { expect, it } from 'vitest';
import { readPace, readScenarios } from '../../../src/bench/flags.ts';

it('runs what is named, once each, in one order; everything when nothing is named', () => {
  const names = (...words: string[]) => readScenarios(words).map(({ name }) => name);
  expect(names('stream', 'handoff', 'stream')).toEqual(['handoff', 'stream']);
  expect(names().length).toBeGreaterThan(5);
});

it('refuses a scenario there is none of, naming those there are', () => {
  expect(() => readScenarios(['handof'])).toThrow(
    /no scenario "handof" \(did you mean "handoff"\?\); there are handoff, /,
  );
});

it('refuses rounds that are no count', () => {
  expect(() => readPace({ rounds: '0' })).toThrow('--rounds must be a positive integer, not "0"');
  expect(readPace({ rounds: '9', quick: true })).toEqual({ rounds: 9, quick: true });
});
