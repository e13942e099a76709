import { expect, test } from 'vitest';
import {
  isCourtesy,
  numbersOf,
  queryTermsOf,
  subjectOf,
  termsOf,
  tokenize,
} from '../../../src/model/terms.ts';

test('words lose case, accents and apostrophes; a hyphen with a short side disappears', () => {
  expect(tokenize("My café’s Wi-Fi isn't two-factor e-mail")).toEqual([
    'my',
    'cafes',
    'wifi',
    'isnt',
    'two',
    'factor',
    'email',
  ]);
});

test('other scripts are words too, and text without words has none', () => {
  expect(tokenize('посылка 包裹')).toEqual(['посылка', '包裹']);
  expect(tokenize(' ?!… ')).toEqual([]);
});

test('a question without a subject has no subject terms', () => {
  expect(subjectOf('What should I do now?')).toEqual([]);
  expect(subjectOf('How long do 2 parcels last?')).toEqual(['parcel']);
});

test('every negated verb is the one word not', () => {
  expect(termsOf("it won't, hasn't, doesn't and cannot")).toEqual(['not']);
});

test('how much asks for the cost', () => {
  expect(subjectOf('And how much is it?')).toEqual(['cost']);
});

test('money back is a refund', () => {
  expect(subjectOf('How do I get my money back?')).toEqual(['refund']);
});

test('small numbers are the same in words and in digits', () => {
  expect(numbersOf('three days, 3 weeks, 12 hours and 12345678')).toEqual(['3', '12']);
});

test('of a very long question 200 terms at most are read, from its beginning and its end', () => {
  const middle = Array.from({ length: 100_000 }, (_, index) => `w${index}x`).join(' ');
  const terms = queryTermsOf(`refund ${middle} parcel`);
  expect(terms).toHaveLength(200);
  expect(new Set(terms).size).toBe(200);
  expect([terms[0], terms.at(-1)]).toEqual(['refund', 'parcel']);
  expect(queryTermsOf('parcel '.repeat(100_000))).toEqual(['parcel']);
});

test('a single endless word and characters that stand for phrases are cut too', () => {
  expect(queryTermsOf('x'.repeat(1_000_000)).join('').length).toBeLessThanOrEqual(8000);
  expect(queryTermsOf('\ufdfa'.repeat(300_000)).join('').length).toBeLessThanOrEqual(8000);
});

test.each([
  ['Hello there!', true],
  ['thank you so much', true],
  ['thanks, and where is my parcel', false],
  ['', false],
])('%j is a courtesy: %s', (text, expected) => {
  expect(isCourtesy(text)).toBe(expected);
});
