import { type ZodType, z } from 'zod';
import type { Model } from '../model/model.ts';
import type { Retriever } from '../model/retriever.ts';
import { Price } from '../wire/card.ts';
import { BatonError } from '../wire/error.ts';
import { AgentName, parseAddress, quote } from '../wire/name.ts';
import { Scope } from '../wire/scope.ts';
import type { Skill } from './skill.ts';

export interface AgentOptions {
  /** One subject token: 1 to 63 of a-z, 0-9, `-` and `_`. */
  readonly name: string;
  /** What the agent is for, in a sentence: other agents and people read it in its card. */
  readonly description?: string;
  readonly instructions?: string;
  /**
   * `provider/name`, or a `Model` of one's own. Default: `local/extractive` for an agent with knowledge; without either
   * the agent can only hand off.
   */
  readonly model?: string | Model;
  readonly skills?: Readonly<Record<string, Skill>>;
  /** A folder of Markdown articles, or a `Retriever` of one's own. */
  readonly knowledge?: string | URL | Retriever;
  /** Semantic version of the agent. Default `0.1.0`. */
  readonly version?: string;
  /** Runs one process takes on at a time; more wait a moment, or go to another instance. Default 16. */
  readonly concurrency?: number;
  /**
   * A durable run of which nothing is seen for so long (text, tools, handoffs) is taken for hung, milliseconds.
   * Default 60 000; `context.progress()` keeps a long silent step alive.
   */
  readonly stallMs?: number;
  /** Agents its model may hand off to, beside the targets of its rules. */
  readonly handoffs?: readonly string[];
  /** Calls to the model in one run. Default 10. */
  readonly maxTurns?: number;
  /**
   * Handoffs by rule in one run: after each that succeeds its answer joins the conversation and the conditions are
   * asked again, until none says yes. The answer then comes as a whole. Default 1: the first answer is the run's.
   */
  readonly maxChain?: number;
  /** Asking it the same twice does no harm, so callers may retry when an instance is lost. Default false. */
  readonly idempotent?: boolean;
  /**
   * The form of the agent's own answers: a zod schema of an object. The model is asked for JSON of it, and told what does
   * not fit, within `maxTurns`; the result has the value as `data` and its JSON text as `response`.
   */
  readonly output?: ZodType;
  /** Only callers with this scope are answered; the agent itself refuses others. Default: everyone is. */
  readonly scope?: Scope;
  /** What one handoff to it costs, told in its card: whole minor units (cents) and currency. Default: nothing. */
  readonly price?: Price;
}

const POSITIVE = z.int('must be a positive integer').positive('must be a positive integer');

const Target = z.string().refine((target) => {
  parseAddress(target, 'default');
  return true;
});

/** Runs an instance works on at a time, unless its author says otherwise. */
export const DEFAULT_CONCURRENCY = 16;

/** The options, those that are plain values with their defaults; the others are checked where they are used. */
const Settings = z.strictObject({
  name: z.unknown().optional(),
  model: z.unknown().optional(),
  skills: z.unknown().optional(),
  output: z.unknown().optional(),
  knowledge: z
    .custom<NonNullable<AgentOptions['knowledge']>>(
      isKnowledge,
      'must be the path or URL of a folder, or an object with `search()`',
    )
    .optional(),
  description: z.string().default(''),
  instructions: z.string().default(''),
  version: z
    .string()
    .regex(/^\d+\.\d+\.\d+(?:[-+].+)?$/, 'must be a semantic version such as "1.4.0"')
    .default('0.1.0'),
  concurrency: POSITIVE.default(DEFAULT_CONCURRENCY),
  stallMs: POSITIVE.default(60_000),
  handoffs: z.array(Target).default([]),
  maxTurns: POSITIVE.default(10),
  maxChain: POSITIVE.default(1),
  scope: Scope.optional(),
  price: Price.optional(),
  idempotent: z.boolean().optional(),
});

/** What an agent is made of, once its options are checked. */
export type AgentSettings = Omit<z.infer<typeof Settings>, 'model' | 'skills' | 'output'> & {
  readonly name: AgentName;
};

/** @throws {BatonError} INVALID_ARGUMENT naming the option, what it is, and what would be right. */
export function readSettings(options: AgentOptions): AgentSettings {
  const name = AgentName.safeParse(options?.name);
  if (!name.success) throw wrong('agent name', options?.name, name.error);
  const settings = Settings.safeParse(options);
  if (settings.success) return { ...settings.data, name: name.data };
  const [issue] = settings.error.issues;
  if (issue?.code === 'unrecognized_keys') throw unknownOption(issue.keys[0]);
  const option = String(issue?.path[0]);
  throw wrong(`agent option "${option}"`, options[option as keyof AgentOptions], settings.error);
}

function unknownOption(key = ''): BatonError {
  const known = Object.keys(Settings.shape).sort().join(', ');
  return new BatonError('INVALID_ARGUMENT', `there is no agent option ${quote(key)}; there are ${known}`);
}

function isKnowledge(value: unknown): boolean {
  if (typeof value === 'string' || value instanceof URL) return true;
  return typeof (value as { search?: unknown } | null)?.search === 'function';
}

function wrong(what: string, value: unknown, error: z.ZodError): BatonError {
  const [issue] = error.issues;
  const place = issue && issue.path.length > 1 ? ` at "${issue.path.slice(1).join('.')}"` : '';
  const said = typeof value === 'string' ? quote(value) : (JSON.stringify(value) ?? String(value));
  return new BatonError('INVALID_ARGUMENT', `${what} ${said} ${issue?.message}${place}`);
}
