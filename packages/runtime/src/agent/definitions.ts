import type { ZodObject } from 'zod';
import type { HandoffMode } from '../wire/envelope.ts';
import type { HandoffMetadata } from '../wire/metadata.ts';
import type { Scope } from '../wire/scope.ts';

/** Moments of a run at which a skill may step in, in the order they come. */
export const HOOK_NAMES = [
  'on_connection',
  'on_message',
  'before_handoff',
  'after_handoff',
  'before_llm_call',
  'after_llm_call',
  'on_chunk',
  'before_toolcall',
  'after_toolcall',
  'finalize_connection',
] as const;
export type HookName = (typeof HOOK_NAMES)[number];

/** Hooks without a priority; lower runs first. */
export const DEFAULT_HOOK_PRIORITY = 50;

export interface HandoffDefinition {
  readonly method: string;
  /** Undefined for a dynamic handoff: the condition names the target. */
  readonly target: string | undefined;
  readonly description: string | undefined;
  readonly metadata: HandoffMetadata;
  /** Undefined to leave it to Baton. */
  readonly mode: HandoffMode | undefined;
  /** Whom to ask, in this order, when the target fails. */
  readonly fallback: readonly string[];
  /** Whose questions it applies to; undefined for everyone's. */
  readonly scope: Scope | undefined;
}

export interface HookDefinition {
  readonly method: string;
  readonly hook: HookName;
  readonly priority: number;
  readonly scope: Scope | undefined;
}

export interface ToolDefinition {
  readonly method: string;
  readonly name: string;
  readonly description: string | undefined;
  readonly parameters: ZodObject | undefined;
  /** `parameters` as JSON Schema: what a model is shown. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly scope: Scope | undefined;
}

/** What the decorators of one skill class have declared, in the order of declaration. */
export interface SkillDefinitions {
  readonly handoffs: HandoffDefinition[];
  readonly hooks: HookDefinition[];
  readonly tools: ToolDefinition[];
  /** Those of them that came from the parent class. */
  readonly inherited: ReadonlySet<object>;
}

// Node 20 has no Symbol.metadata; compilers fall back to the registered symbol when it exists.
(Symbol as { metadata?: symbol }).metadata ??= Symbol.for('Symbol.metadata');

const DEFINITIONS = Symbol.for('baton.skill.definitions');
const METADATA = (Symbol as unknown as { metadata: symbol }).metadata;

type Metadata = Record<PropertyKey, unknown>;

/** The list a decorator adds to. A subclass gets a copy: metadata is inherited by prototype, lists are not. */
export function definitionsOf(metadata: DecoratorMetadataObject): SkillDefinitions {
  const bag = metadata as Metadata;
  if (Object.hasOwn(bag, DEFINITIONS)) return bag[DEFINITIONS] as SkillDefinitions;
  const inherited = bag[DEFINITIONS] as SkillDefinitions | undefined;
  const { handoffs, hooks, tools } = inherited ?? NONE;
  const own: SkillDefinitions = {
    handoffs: [...handoffs],
    hooks: [...hooks],
    tools: [...tools],
    inherited: new Set([...handoffs, ...hooks, ...tools]),
  };
  bag[DEFINITIONS] = own;
  return own;
}

const NONE: SkillDefinitions = { handoffs: [], hooks: [], tools: [], inherited: new Set() };

/** What the class of `instance` and its ancestors have declared. */
export function readDefinitions(instance: object): SkillDefinitions {
  const metadata = (instance.constructor as unknown as Metadata)[METADATA] as Metadata | undefined;
  return (metadata?.[DEFINITIONS] as SkillDefinitions | undefined) ?? NONE;
}

/**
 * Adds a definition. What a parent class declared for the same method is replaced in its place; of several on one
 * method the upper comes first, although decorators are applied from the lowest up.
 * @throws {TypeError} for a second one of a kind of which a method has one only.
 */
export function declare<D extends { readonly method: string }>(
  list: D[],
  definition: D,
  { inherited, isSame = () => true, refusal }: Declaring<D>,
): void {
  const isOfMethod = (other: D) => other.method === definition.method && isSame(other);
  const isOld = (other: D) => isOfMethod(other) && inherited.has(other);
  if (refusal !== undefined && list.some((other) => isOfMethod(other) && !isOld(other))) {
    throw new TypeError(refusal);
  }
  const place = list.findIndex(isOfMethod);
  const kept = list.filter((other) => !isOld(other));
  kept.splice(place < 0 ? kept.length : place, 0, definition);
  list.splice(0, list.length, ...kept);
}

interface Declaring<D> {
  readonly inherited: ReadonlySet<object>;
  /** Of two definitions for one method, whether they are about the same. Default: they are. */
  isSame?(other: D): boolean;
  /** What to say to a second one of the same class; without it there may be several. */
  readonly refusal?: string;
}
