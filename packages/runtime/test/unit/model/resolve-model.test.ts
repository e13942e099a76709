import { expect, test } from 'vitest';
import type { Model } from '../../../src/model/model.ts';
import { MODEL_PROVIDERS, resolveModel } from '../../../src/model/resolve-model.ts';
import { BatonError } from '../../../src/wire/error.ts';

const KEY = { OPENAI_API_KEY: 'sk-test' };
const own: Model = { name: 'own/model', async *generate() {} };

test.each([
  ['local/extractive', {}, 'local/extractive'],
  ['openai/gpt-4o', KEY, 'openai/gpt-4o'],
  ['openai/meta/llama-3:70b', KEY, 'openai/meta/llama-3:70b'],
  ['openai/gpt-4o', {}, 'local/extractive'],
  ['openai/gpt-4o', { OPENAI_API_KEY: '' }, 'local/extractive'],
  ['openai/gpt-4o', { ...KEY, BATON_MODEL: 'local/extractive' }, 'local/extractive'],
  ['local/extractive', { ...KEY, BATON_MODEL: 'openai/gpt-4o-mini' }, 'openai/gpt-4o-mini'],
  ['local/extractive', { ...KEY, BATON_MODEL: 'gpt-4o-mini' }, 'openai/gpt-4o-mini'],
  ['openai/gpt-4o', { BATON_MODEL: 'openai/gpt-4o-mini' }, 'local/extractive'],
  ['openai/gpt-4o', { ...KEY, BATON_MODEL: ' ' }, 'openai/gpt-4o'],
])('%s with %j is %s', (spec, env, name) => {
  expect(resolveModel(spec, env)?.name).toBe(name);
});

test('a model of the author and the absence of one stay what they are', () => {
  expect(resolveModel(own, { ...KEY, BATON_MODEL: 'openai/gpt-4o' })).toBe(own);
  expect(resolveModel(undefined, { ...KEY, BATON_MODEL: 'openai/gpt-4o' })).toBeUndefined();
});

test.each([
  'gpt-4o',
  '',
  '/',
  'openai/',
  '/gpt-4o',
  'acme/one',
  'toString/x',
  'local/llama',
  'open ai/x',
  'openai/a b',
])('%j is INVALID_ARGUMENT and says what is known', (spec) => {
  const resolve = () => resolveModel(spec, KEY);
  expect(resolve).toThrow(BatonError);
  expect(resolve).toThrow(/known providers: local, openai|local\/extractive/);
});

test('a bare BATON_MODEL without a key is refused rather than guessed', () => {
  expect(() => resolveModel('local/extractive', { BATON_MODEL: 'gpt-4o' })).toThrow(/model "gpt-4o"/);
});

test('a provider of the user stands beside the others', () => {
  const providers = { ...MODEL_PROVIDERS, acme: (name: string) => ({ ...own, name: `acme/${name}` }) };
  expect(resolveModel('acme/one', {}, providers)?.name).toBe('acme/one');
  expect(resolveModel('local/extractive', {}, providers)?.name).toBe('local/extractive');
});
