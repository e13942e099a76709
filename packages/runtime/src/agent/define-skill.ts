import { type ZodObject, type ZodType, z } from 'zod';
import { explainIssue } from '../wire/envelope.ts';
import type { HandoffResult } from '../wire/result.ts';
import type { Scope } from '../wire/scope.ts';
import type { Context } from './context.ts';
import type { QueryOptions } from './context-options.ts';
import { type HandoffOptions, type HookOptions, handoff, hook, tool } from './decorators.ts';
import type { HookName } from './definitions.ts';
import { Skill, type SkillOptions } from './skill.ts';

/** What `this` is in the functions of a plain skill, arrow functions excepted: the skill they became part of. */
export interface PlainSkill {
  getContext(): Context;
  query(target: string, question: string, options?: QueryOptions): Promise<HandoffResult>;
  isAgentAvailable(name: string): boolean;
  pingAgent(name: string): Promise<boolean>;
  skill<T extends Skill = Skill>(key: `${string}?`): T | undefined;
  skill<T extends Skill = Skill>(key: string): T;
}

type Answer<T> = T | null | undefined | Promise<T | null | undefined>;
type When<T> = (this: PlainSkill, query: string, context: Context) => Answer<T>;
type Run = (this: PlainSkill, context: Context) => unknown;

/** A handoff as `@handoff` describes it, with its condition: a target and yes or no, or no target and a name. */
export type PlainHandoff = HandoffOptions &
  (
    | { readonly target: string; readonly when: When<boolean> }
    | { readonly target?: undefined; readonly when: When<string> }
  );

export type PlainHook = Run | (HookOptions & { readonly run: Run });

export interface PlainTool<A> {
  readonly description: string;
  /** Validates and types the arguments; without it they are whatever object the model sends. */
  readonly parameters?: ZodObject & ZodType<A>;
  readonly scope?: Scope;
  execute(this: PlainSkill, args: unknown extends A ? Record<string, unknown> : A, context: Context): unknown;
}

/** A skill without a class and without decorators. */
export interface SkillDefinition<A> extends SkillOptions {
  /** Called once, when the agent starts. */
  readonly initialize?: (this: PlainSkill) => Promise<void> | void;
  /** Asked in this order. */
  readonly handoffs?: readonly PlainHandoff[];
  /** By the moment they are called at: one or several. */
  readonly hooks?: { readonly [H in HookName]?: PlainHook | readonly PlainHook[] };
  /** By the name the model calls them by. */
  readonly tools?: { readonly [N in keyof A]: PlainTool<A[N]> };
}

type Callable = (...args: never[]) => unknown;
const callable = z.custom<Callable>((value) => typeof value === 'function', 'must be a function');
const scope = z.unknown().optional();
const oneHook = z.union([
  callable,
  z.strictObject({ priority: z.unknown().optional(), scope, run: callable }),
]);
const hookShape = z.union(
  [oneHook, z.array(oneHook)],
  'must be a function, or { priority?, scope?, run }, or several of them in an array',
);

/** The form of a definition. What the values may be is checked where decorators check it too. */
const Shape = z.strictObject({
  dependencies: z.array(z.string()).optional(),
  initialize: callable.optional(),
  handoffs: z
    .array(
      z.strictObject({
        target: z.unknown().optional(),
        when: callable,
        description: z.string().optional(),
        metadata: z.unknown().optional(),
        mode: z.enum(['call', 'transfer']).optional(),
        scope,
        fallback: z.array(z.unknown()).optional(),
      }),
    )
    .default([]),
  hooks: z.record(z.string(), hookShape).default({}),
  tools: z
    .record(
      z.string(),
      z.strictObject({
        description: z.string(),
        parameters: z.unknown().optional(),
        scope,
        execute: callable,
      }),
    )
    .default({}),
});

/**
 * Makes a skill of plain objects and functions: what the decorators declare on a class, for those who use none.
 * @throws {TypeError} for what a decorator would refuse, and for keys there are none of.
 */
export function defineSkill<A extends Record<string, unknown>>(definition: SkillDefinition<A>): Skill {
  const shape = Shape.safeParse(definition);
  if (!shape.success) throw new TypeError(`defineSkill: ${explainIssue(shape.error)}`);
  const { dependencies = [], initialize, handoffs, hooks, tools } = shape.data;
  const metadata = {};
  class DefinedSkill extends Skill {}
  /** Does what a class body does: puts the function in its place and lets the decorator see it. */
  const add = (name: string, run: Callable, decorate: (method: never, context: never) => void) => {
    Object.defineProperty(DefinedSkill.prototype, name, { value: run });
    decorate(run as never, { kind: 'method', name, static: false, private: false, metadata } as never);
  };
  Object.defineProperty(DefinedSkill, Symbol.metadata, { value: metadata });
  if (initialize) Object.defineProperty(DefinedSkill.prototype, 'initialize', { value: initialize });
  for (const [index, { target, when, ...options }] of handoffs.entries()) {
    add(`handoffs.${index}`, when, handoff(target as undefined, options as HandoffOptions));
  }
  for (const [name, entry] of Object.entries(hooks)) {
    for (const [index, each] of [entry].flat().entries()) {
      const { run, ...options } = typeof each === 'function' ? { run: each } : each;
      add(`hooks.${name}.${index}`, run, hook(name as HookName, options as HookOptions));
    }
  }
  for (const [name, { execute, ...options }] of Object.entries(tools)) {
    add(`tools.${name}`, execute, tool({ ...options, name } as never));
  }
  return new DefinedSkill({ dependencies });
}
