import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseEnvelope } from '../../../src/wire/envelope.ts';
import { MAX_TIMEOUT_SECONDS, type Priority, priorityValue } from '../../../src/wire/metadata.ts';

const { baton: whole } = JSON.parse(
  readFileSync(new URL('golden/handoff-request.json', import.meta.url), 'utf8'),
) as { baton: Record<string, unknown> };

describe('an envelope', () => {
  it('may leave out what has a meaning when it is missing', () => {
    const { messages: _messages, traceparent: _traceparent, ...rest } = whole;
    expect(parseEnvelope({ ...rest, caller: {} })).toMatchObject({ caller: { scopes: [] } });
  });

  it.each([2, 0, 99])('of version %s is refused as another protocol', (v) => {
    expect(() => parseEnvelope({ ...whole, v })).toThrow(
      expect.objectContaining({
        code: 'PROTOCOL',
        message: `envelope version ${v} is not understood here; this agent speaks version 1`,
      }),
    );
  });

  it('of another version is refused as such whatever else is wrong with it', () => {
    expect(() => parseEnvelope({ v: 2 })).toThrow(expect.objectContaining({ code: 'PROTOCOL' }));
  });

  it.each<[string, unknown]>([
    ['v', '1'],
    ['id', ''],
    ['id', 'x'.repeat(65)],
    ['id', 5],
    ['conversation', ''],
    ['conversation', 'x'.repeat(129)],
    ['source', 'front'],
    ['target', null],
    ['mode', 'push'],
    ['messages', 'hello'],
    ['context', []],
    ['context', null],
    ['metadata', 'high'],
    ['path', 'a'],
    ['path', [5]],
    ['hops', -1],
    ['hops', 1.5],
    ['maxHops', 0],
    ['deadline', '2026-01-01'],
    ['deadline', null],
    ['remainingMs', '5'],
    ['caller', 'u-7'],
    ['caller', { user: '' }],
    ['caller', { user: 'u\n7' }],
    ['budget', 5],
    ['budget', { amount: -1, currency: 'USD' }],
    ['budget', { amount: 0.5, currency: 'USD' }],
    ['budget', { amount: 5, currency: 'dollars' }],
    ['traceparent', 7],
  ])('with a wrong %s (%j) is refused, naming it', (field, value) => {
    expect(() => parseEnvelope({ ...whole, [field]: value })).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(new RegExp(`^envelope field "${field}[."]`)),
      }),
    );
  });

  it.each(Object.keys(whole).filter((key) => !['messages', 'traceparent', 'caller'].includes(key)))(
    'without %s is refused, naming it',
    (field) => {
      const { [field]: _left, ...rest } = whole;
      expect(() => parseEnvelope(rest)).toThrow(new RegExp(`"${field}"`));
    },
  );

  it.each([null, undefined, 5, 'x', [], true])('is not %j', (value) => {
    expect(() => parseEnvelope(value)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('the metadata of a handoff', () => {
  it.each([0, -1, MAX_TIMEOUT_SECONDS + 1, '30', Number.NaN, null])('has no timeout of %s', (timeout) => {
    expect(() => parseEnvelope({ ...whole, metadata: { timeout } })).toThrow(/"metadata\.timeout"/);
  });

  it.each(['urgent', '', null, true, Number.NaN])('has no priority %s', (priority) => {
    expect(() => parseEnvelope({ ...whole, metadata: { priority } })).toThrow(/"metadata\.priority"/);
  });

  it('counts low as 0, normal and none as 50, high as 100', () => {
    const values: (Priority | undefined)[] = ['low', undefined, 'normal', 'high', 7];
    expect(values.map(priorityValue)).toEqual([0, 50, 50, 100, 7]);
  });
});

it('without a caller speaks for nobody', () => {
  const { caller: _caller, ...rest } = whole;
  expect(parseEnvelope(rest).caller).toEqual({ scopes: [] });
});

it.each([
  ['id', '../..'],
  ['conversation', 'a\nb'],
  ['maxHops', 1e9],
  ['remainingMs', 1e15],
  ['path', Array.from({ length: 300 }, () => 'a/b')],
])('with a %s beyond all bounds is refused', (field, value) => {
  expect(() => parseEnvelope({ ...whole, [field]: value })).toThrow(`envelope field "${field}`);
});
