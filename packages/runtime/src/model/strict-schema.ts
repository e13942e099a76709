type Schema = Readonly<Record<string, unknown>>;

/** What Chat Completions' strict mode knows of JSON Schema; it refuses a schema that has anything else. */
const KEYWORDS = new Set(
  `type properties required additionalProperties items anyOf enum const description title $ref $defs pattern format
  minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems`.split(/\s+/),
);
const FORMATS = new Set('date-time time date duration email hostname ipv4 ipv6 uuid'.split(' '));
const LOOK_AROUND = /\(\?<?[=!]/;

/**
 * The schema as strict mode wants it, every object closed; undefined when strict mode cannot take it: for an optional
 * property, an open object, a keyword it does not know.
 */
export function toStrictSchema({
  $schema: _dialect,
  ...schema
}: Schema): Record<string, unknown> | undefined {
  return isStrict(schema) ? close(schema) : undefined;
}

function isStrict(schema: Schema): boolean {
  const { type, properties, required, additionalProperties, pattern, format } = schema;
  if (!Object.keys(schema).every((keyword) => KEYWORDS.has(keyword))) return false;
  if (typeof pattern === 'string' && LOOK_AROUND.test(pattern)) return false;
  if (format !== undefined && !FORMATS.has(String(format))) return false;
  if (additionalProperties !== undefined && additionalProperties !== false) return false;
  const names = Object.keys((properties ?? {}) as Schema);
  if (type === 'object' && !properties) return false;
  if (!names.every((name) => ((required ?? []) as string[]).includes(name))) return false;
  return partsOf(schema).every(isStrict);
}

/** The schemas directly inside one. */
function partsOf({ properties, $defs, anyOf, items }: Schema): Schema[] {
  const named = [properties, $defs].flatMap((map) => Object.values((map ?? {}) as Schema));
  return [...named, ...((anyOf ?? []) as unknown[]), ...(items === undefined ? [] : [items])] as Schema[];
}

function close(schema: Schema): Record<string, unknown> {
  const { properties, $defs, anyOf, items } = schema;
  return {
    ...schema,
    ...(properties !== undefined && {
      properties: closeEach(properties as Schema),
      required: Object.keys(properties as Schema),
      additionalProperties: false,
    }),
    ...($defs !== undefined && { $defs: closeEach($defs as Schema) }),
    ...(anyOf !== undefined && { anyOf: (anyOf as Schema[]).map(close) }),
    ...(items !== undefined && { items: close(items as Schema) }),
  };
}

function closeEach(schemas: Schema): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, close(schema as Schema)]));
}
