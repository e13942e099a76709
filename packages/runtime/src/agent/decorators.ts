import { ZodObject, z } from 'zod';
import { explainIssue, HandoffMode } from '../wire/envelope.ts';
import { HandoffMetadata } from '../wire/metadata.ts';
import { parseAddress } from '../wire/name.ts';
import { Scope } from '../wire/scope.ts';
import type { Context } from './context.ts';
import {
  DEFAULT_HOOK_PRIORITY,
  declare,
  definitionsOf,
  HOOK_NAMES,
  type HookDefinition,
  type HookName,
} from './definitions.ts';

/** How a handoff may be described. */
export interface HandoffOptions {
  /** When to hand off, in words: shown in the agent's card. */
  readonly description?: string;
  /** `priority` (low, normal, high or a number), `timeout` in seconds, and the author's own keys. */
  readonly metadata?: HandoffMetadata;
  /**
   * `call`: the result comes back to this agent. `transfer`: the target answers whoever asked, and this agent is free.
   * Default: a transfer where nothing at this agent needs the result.
   */
  readonly mode?: HandoffMode;
  /** Only callers with this scope are handed off; for others the next condition is asked. Default: everyone. */
  readonly scope?: Scope;
  /** Agents to hand off to instead, in this order, when the target fails. */
  readonly fallback?: readonly string[];
}

export interface HookOptions {
  /** Lower runs first. Default 50. */
  readonly priority?: number;
  /** Only in runs for callers with this scope. Default: everyone's. */
  readonly scope?: Scope;
}

export interface ToolOptions<P extends ZodObject> {
  /** Default: the method's name. */
  readonly name?: string;
  readonly description: string;
  readonly parameters: P;
  /** Only for callers with this scope: for others the model is not offered the tool. Default: everyone. */
  readonly scope?: Scope;
}

/** The form of the options; what has a check of its own below may be anything here. */
const HandoffShape = z.strictObject({
  description: z.string().optional(),
  metadata: z.unknown().optional(),
  mode: HandoffMode.optional(),
  scope: z.unknown().optional(),
  fallback: z.array(z.unknown(), "must be an array of agents' names").optional(),
});
const HookShape = z.strictObject({ priority: z.unknown().optional(), scope: z.unknown().optional() });
const ToolShape = z.strictObject({
  name: z.string().optional(),
  description: z.string(),
  parameters: z.unknown().optional(),
  scope: z.unknown().optional(),
});

type Answer<T> = T | null | undefined | Promise<T | null | undefined>;
type Method<A extends unknown[], R> = (this: never, ...args: A) => R;
type MethodContext = ClassMethodDecoratorContext;
type Decorator<M> = (method: M, context: MethodContext) => void;

type StaticCondition = Method<[query: string, context: Context], Answer<boolean>>;
type DynamicCondition = Method<[query: string, context: Context], Answer<string>>;
type HookMethod = Method<[context: Context], unknown>;
type ToolMethod<A> = Method<[args: A, context: Context], unknown>;

/**
 * Marks a condition: when it answers true, the question goes to `target`. One method may carry several: each is a
 * handoff of its own, asked from the top down.
 */
export function handoff(target: string, options?: HandoffOptions): Decorator<StaticCondition>;
/** Marks a dynamic condition: it answers with the target's name, or nothing for no handoff. */
export function handoff(options?: HandoffOptions): Decorator<DynamicCondition>;
export function handoff(target: undefined, options?: HandoffOptions): Decorator<DynamicCondition>;
export function handoff(first?: string | HandoffOptions, second?: HandoffOptions): Decorator<never> {
  const isDescribed = typeof first === 'object' && first !== null && second === undefined;
  const target = isDescribed ? undefined : (first as string | undefined);
  const options: HandoffOptions = (isDescribed ? first : second) ?? {};
  if (target !== undefined) checkTarget(target);
  checkOptions('@handoff', HandoffShape, options);
  const metadata = checkMetadata(options.metadata ?? {});
  const { description, mode, fallback = [] } = options;
  const scope = checkScope('@handoff', options.scope);
  for (const name of fallback) checkTarget(name);
  return (_method, context) => {
    const method = methodName('@handoff', context);
    const { handoffs, inherited } = definitionsOf(context.metadata);
    declare(handoffs, { method, target, description, metadata, mode, fallback, scope }, { inherited });
  };
}

/**
 * Marks a hook. Lower priorities run first (default 50), equal ones in the order of skills and declarations.
 * What the method returns is ignored: it changes the context it is given.
 */
export function hook(name: HookName, options: HookOptions = {}): Decorator<HookMethod> {
  if (!HOOK_NAMES.includes(name)) {
    throw new TypeError(`@hook: there is no hook "${name}"; there are ${HOOK_NAMES.join(', ')}`);
  }
  checkOptions('@hook', HookShape, options);
  const { priority = DEFAULT_HOOK_PRIORITY } = options;
  if (!Number.isFinite(priority)) throw new TypeError('@hook: "priority" must be a finite number');
  const scope = checkScope('@hook', options.scope);
  return (_method, context) => {
    const method = methodName('@hook', context);
    const { hooks, inherited } = definitionsOf(context.metadata);
    declare<HookDefinition>(
      hooks,
      { method, hook: name, priority, scope },
      {
        inherited,
        isSame: (other) => other.hook === name,
        refusal: `@hook: "${method}" is a hook of "${name}" already; declare it once`,
      },
    );
  };
}

/** Marks a tool the model may call; with `parameters`, its arguments are validated and typed. */
export function tool<A extends Record<string, unknown>>(method: ToolMethod<A>, context: MethodContext): void;
export function tool<P extends ZodObject>(options: ToolOptions<P>): Decorator<ToolMethod<z.infer<P>>>;
export function tool(first: unknown, context?: MethodContext): unknown {
  if (context) return void declareTool(context, {});
  checkOptions('@tool', ToolShape, first);
  const options = first as ToolOptions<ZodObject>;
  return (_method: unknown, later: MethodContext) => declareTool(later, options);
}

function declareTool(context: MethodContext, options: Partial<ToolOptions<ZodObject>>): void {
  const method = methodName('@tool', context);
  const { name = method, description, parameters } = options;
  const scope = checkScope('@tool', options.scope);
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    throw new TypeError(`@tool: "${name}" must be 1 to 64 letters, digits, "_" or "-"`);
  }
  const { tools, inherited } = definitionsOf(context.metadata);
  const schema = toJsonSchema(name, parameters);
  const refusal = `@tool: "${method}" is a tool already; declare it once`;
  declare(tools, { method, name, description, parameters, schema, scope }, { inherited, refusal });
}

/** @throws {TypeError} for parameters that are no object of zod's, or that cannot be told to a model. */
function toJsonSchema(name: string, parameters: unknown): Readonly<Record<string, unknown>> {
  if (parameters === undefined) return { type: 'object', properties: {} };
  if (!(parameters instanceof ZodObject)) {
    throw new TypeError(`@tool: the "parameters" of "${name}" must be a z.object({ ... })`);
  }
  try {
    return z.toJSONSchema(parameters, { io: 'input' });
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new TypeError(`@tool: the "parameters" of "${name}" cannot be told to a model: ${reason}`, {
      cause,
    });
  }
}

function methodName(decorator: string, context: MethodContext): string {
  if (typeof context !== 'object') {
    throw new TypeError(
      `${decorator} is a standard decorator: turn "experimentalDecorators" off, or use defineSkill()`,
    );
  }
  if (context.kind !== 'method' || context.static || context.private || typeof context.name !== 'string') {
    throw new TypeError(`${decorator} goes on a public instance method, not on ${String(context.name)}`);
  }
  return context.name;
}

/** @throws {TypeError} for a key there is none of, and for a value of the wrong form. */
function checkOptions(decorator: string, shape: ZodObject, options: unknown): void {
  const { error } = shape.safeParse(options);
  const [issue] = error?.issues ?? [];
  if (!error || !issue) return;
  if (issue.code !== 'unrecognized_keys') {
    throw new TypeError(`${decorator}: ${explainIssue(error, 'options')}`);
  }
  const [key = ''] = issue.keys;
  const hint = key in HandoffMetadata.shape && 'metadata' in shape.shape ? `; it goes into "metadata"` : '';
  const known = Object.keys(shape.shape).join(', ');
  throw new TypeError(`${decorator}: there is no option "${key}"${hint}; there are ${known}`);
}

function checkTarget(target: string): void {
  try {
    parseAddress(target, 'default');
  } catch (cause) {
    throw new TypeError(`@handoff: ${(cause as Error).message}`);
  }
}

function checkScope(decorator: string, scope: Scope | undefined): Scope | undefined {
  if (scope === undefined || Scope.safeParse(scope).success) return scope;
  throw new TypeError(
    `${decorator}: scope ${JSON.stringify(scope)} ${Scope.safeParse(scope).error?.issues[0]?.message}`,
  );
}

function checkMetadata(metadata: HandoffMetadata): HandoffMetadata {
  const parsed = HandoffMetadata.safeParse(metadata);
  if (parsed.success) return parsed.data;
  throw new TypeError(`@handoff: metadata ${explainIssue(parsed.error)}`);
}
