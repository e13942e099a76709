import { expect, test } from 'vitest';
import { isCourtesy, subjectOf, termsOf, tokenize } from '../../../src/model/terms.ts';

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

test.each([
  ['Hello there!', true],
  ['thank you so much', true],
  ['thanks, and where is my parcel', false],
  ['', false],
])('%j is a courtesy: %s', (text, expected) => {
  expect(isCourtesy(text)).toBe(expected);
});
