import { type ZodType, z } from 'zod';
import type { Model, ModelOutput } from '../model/model.ts';
import { explainIssue } from '../wire/envelope.ts';
import { BatonError } from '../wire/error.ts';

/** The form an agent's own answers have, ready to be offered to its model and to be checked. */
export interface Output {
  readonly offer: ModelOutput;
  read(text: string): Promise<OutputReading>;
}

/** An answer that fits, as JSON; or what is wrong with it, for people in a line and for the model at length. */
export type OutputReading =
  | { readonly fits: true; readonly data: unknown; readonly text: string }
  | { readonly fits: false; readonly problem: string; readonly advice: string };

/**
 * Made once, when the agent is made.
 * @throws {BatonError} INVALID_ARGUMENT when the schema is none of an object or JSON Schema cannot express it,
 * FAILED_PRECONDITION when the agent has no model that could fill it.
 */
export function makeOutput(schema: ZodType, model: Model | undefined): Output {
  const offer = { name: 'answer', schema: toJsonSchema(schema) };
  if (!model || model.structured === false) {
    throw new BatonError(
      'FAILED_PRECONDITION',
      `agent option "output" needs a language model, which ${model ? `${model.name} is not` : 'this agent has not'}: set "model" to one, such as "openai/gpt-4o-mini", and OPENAI_API_KEY`,
    );
  }
  return { offer, read: (text) => read(schema, offer, text) };
}

/** What the model is to write is what the schema takes in: defaults and transforms come after it. */
function toJsonSchema(schema: ZodType): Record<string, unknown> {
  let json: Record<string, unknown>;
  try {
    json = z.toJSONSchema(schema, { io: 'input' });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw invalid(`must be a zod schema that JSON Schema can express: ${reason}`, cause);
  }
  if (json.type !== 'object') {
    throw invalid('must be a zod schema of an object, such as z.object({ answer: z.string() })');
  }
  return json;
}

async function read(schema: ZodType, { schema: json }: ModelOutput, answer: string): Promise<OutputReading> {
  const plain = parse(answer);
  const value = plain === undefined ? parse(fenced(answer)) : plain;
  if (value === undefined) return misfit('it is no JSON', 'It is no JSON.', json);
  const parsed = await schema.safeParseAsync(value);
  if (!parsed.success) {
    return misfit(explainIssue(parsed.error, 'answer'), z.prettifyError(parsed.error), json);
  }
  const text = toJson(parsed.data);
  return { fits: true, data: JSON.parse(text), text };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What stands in a fenced block of Markdown, as models like to write JSON; words around it are passed over. */
function fenced(answer: string): string {
  const [, block = ''] = /```(?:json)?[ \t\r]*\n(.*)\n[ \t]*```/is.exec(answer) ?? [];
  return block;
}

/** A model that was not held to the schema by its provider may never have seen it. */
function misfit(problem: string, details: string, schema: ModelOutput['schema']): OutputReading {
  const advice = `Your answer does not fit what was asked for.\n${details}\nAnswer again, with nothing but JSON of this schema:\n${JSON.stringify(schema)}`;
  return { fits: false, problem, advice };
}

/** A schema may transform; what it makes of the answer must still be JSON, or callers elsewhere could not read it. */
function toJson(value: unknown): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(value);
  } catch (thrown) {
    cause = thrown;
  }
  if (text !== undefined) return text;
  throw new BatonError('INTERNAL', 'the output schema makes of the answer something that JSON cannot hold', {
    cause,
  });
}

function invalid(problem: string, cause?: unknown): BatonError {
  return new BatonError('INVALID_ARGUMENT', `agent option "output" ${problem}`, { cause });
}
