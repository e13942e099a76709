import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toStrictSchema } from '../../../src/model/strict-schema.ts';

const strictOf = (schema: z.ZodType) => toStrictSchema(z.toJSONSchema(schema, { io: 'input' }));

describe('a schema for strict mode', () => {
  it.each<[string, z.ZodType]>([
    ['an optional property', z.object({ a: z.string().optional() })],
    ['a default', z.object({ a: z.string().default('x') })],
    ['an open object', z.object({ a: z.looseObject({ b: z.string() }) })],
    ['a record', z.object({ a: z.record(z.string(), z.string()) })],
    ['an unknown format', z.object({ a: z.url() })],
    ['an unknown keyword in a list', z.object({ a: z.array(z.string().max(5)) })],
    ['look-around in a pattern', z.object({ a: z.string().regex(/^(?!no).*$/) })],
    [
      'an optional property in a choice',
      z.object({ a: z.union([z.string(), z.object({ b: z.int().optional() })]) }),
    ],
  ])('is none with %s', (_what, schema) => {
    expect(strictOf(schema)).toBeUndefined();
  });

  it('has every object closed, wherever it stands, and all its properties required', () => {
    const person = z.object({ name: z.string() }).meta({ id: 'person' });
    const schema = z.object({ one: person, many: z.array(z.union([person, z.object({}), z.null()])) });
    expect(strictOf(schema)).toEqual({
      type: 'object',
      properties: {
        one: { $ref: '#/$defs/person' },
        many: {
          type: 'array',
          items: {
            anyOf: [
              { $ref: '#/$defs/person' },
              { type: 'object', properties: {}, required: [], additionalProperties: false },
              { type: 'null' },
            ],
          },
        },
      },
      required: ['one', 'many'],
      additionalProperties: false,
      $defs: {
        person: {
          type: 'object',
          properties: { name: { type: 'string' } },
          required: ['name'],
          additionalProperties: false,
        },
      },
    });
  });

  it('takes a property that is named like a keyword for what it is', () => {
    const schema = z.object({ properties: z.string(), type: z.literal('object'), oneOf: z.null() });
    expect(strictOf(schema)).toMatchObject({ required: ['properties', 'type', 'oneOf'] });
  });
});
