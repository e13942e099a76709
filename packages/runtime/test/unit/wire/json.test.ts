import { expect, it } from 'vitest';
import { decodeJson, encodeJson } from '../../../src/wire/json.ts';

it('carries what JSON can say, in any script, and undefined as no bytes at all', () => {
  for (const value of [null, 0, '', 'žluťoučký 🐎', { a: [1, { b: true }] }]) {
    expect(decodeJson(encodeJson(value))).toEqual(value);
  }
  expect(encodeJson(undefined)).toHaveLength(0);
  expect(decodeJson(encodeJson(undefined))).toBeUndefined();
});
