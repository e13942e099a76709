import { describe, expect, it } from 'vitest';
import { Chunk } from '../../../src/wire/chunk.ts';
import { Envelope } from '../../../src/wire/envelope.ts';
import { isPlainChunk, isPlainEnvelope } from '../../../src/wire/plain.ts';

const ENVELOPE = {
  v: 1,
  id: '01JABCDEFGHJKMNPQRSTVWXYZ0',
  conversation: 'c-7',
  source: { agent: 'front', instance: 'i1' },
  target: 'acme/finance',
  mode: 'call',
  context: { account: 'A-1' },
  metadata: {},
  path: ['acme/front'],
  hops: 1,
  maxHops: 10,
  deadline: 1_700_000_000_000,
  remainingMs: 60_000,
  caller: { scopes: ['user'] },
  canAnswer: true,
  batch: true,
  waitedMs: 40,
  x: 'unknown',
};
const RESULT = {
  success: true,
  response: 'an answer',
  agent: 'finance',
  conversation: 'c-7',
  id: 'h1',
  durationMs: 3,
  handoffs: [],
  insights: { risk: 'low' },
  fallback: false,
  usage: { inputTokens: 1, outputTokens: 2, modelCalls: 1 },
};
const CHUNKS = [
  { type: 'status', data: 'ack', instance: 'I1', agent: 'acme/finance', every_s: 2 },
  { type: 'response', data: 'text', seq: 3 },
  { type: 'baton', data: { kind: 'texts', seq: 1, texts: ['a', ''] } },
  { type: 'baton', data: { kind: 'result', result: RESULT, pieces: 1 } },
  { type: 'end' },
];

/** Values of every JSON kind, and those at the edges of what the schemas allow. */
const ODD = [
  undefined,
  null,
  true,
  false,
  '',
  'x',
  '\u0001',
  'a b',
  'call',
  'transfer',
  'x'.repeat(300),
  0,
  -1,
  1.5,
  61,
  101,
  2 ** 60,
  86_400_001,
  [],
  ['x'],
  [1],
  ['x'.repeat(201)],
  {},
  { amount: 1, currency: 'USD' },
];

type Json = Record<string, unknown>;

/** The value with each of its fields, however deep, replaced by each odd value in turn. */
function* variants(value: unknown): Generator<unknown> {
  yield value;
  if (typeof value !== 'object' || value === null) return;
  for (const field of [...Object.keys(value), ...(Array.isArray(value) ? [] : ['extra'])]) {
    const copy = (each: unknown) =>
      Array.isArray(value)
        ? Object.assign([...value], { [field]: each })
        : { ...(value as Json), [field]: each };
    for (const odd of ODD) yield copy(odd);
    for (const inner of variants((value as Json)[field])) yield copy(inner);
  }
}

const rare = ['messages', 'messagesRef', 'contextRef', 'budget', 'origin', 'run', 'traceparent', 'lineage'];

const CASES = [
  {
    what: 'an envelope',
    isPlain: isPlainEnvelope,
    schema: Envelope,
    usual: [ENVELOPE],
    // Fields that are rare, so that they are among those that are replaced.
    rare: rare.map((field) => ({ ...ENVELOPE, [field]: 0 })),
  },
  {
    what: 'a chunk',
    isPlain: isPlainChunk,
    schema: Chunk,
    usual: CHUNKS,
    rare: ['error', 'spent', 'withdrawn', 'transferred', 'data'].map((field) => ({
      type: 'baton',
      data: { kind: 'result', result: { ...RESULT, [field]: 0 } },
    })),
  },
];

describe.each(CASES)('$what that counts as plain', ({ isPlain, schema, usual, rare: others }) => {
  it('is what its schema takes just as it is', () => {
    let plain = 0;
    for (const value of [...usual, ...others].flatMap((example) => [...variants(example)])) {
      if (!isPlain(value)) continue;
      plain += 1;
      expect(schema.parse(value)).toEqual(value);
    }
    expect(plain).toBeGreaterThan(50);
  });

  it('is every one of the usual kinds', () => {
    expect(usual.filter((value) => !isPlain(value))).toEqual([]);
  });
});
