import type { ModelTool } from '../model/model.ts';
import type { Caller } from '../wire/envelope.ts';
import { priorityValue } from '../wire/metadata.ts';
import { isAllowed, type Scope } from '../wire/scope.ts';
import type { Context } from './context.ts';
import {
  type HandoffDefinition,
  HOOK_NAMES,
  type HookName,
  readDefinitions,
  type ToolDefinition,
} from './definitions.ts';
import type { SkillMember } from './skill-members.ts';

/** A handoff condition, ready to be asked. */
export interface Condition extends Omit<HandoffDefinition, 'method'> {
  /** `skill.method`, for logs and errors. */
  readonly label: string;
  ask(query: string, context: Context): unknown;
}

/** A hook, ready to be called. */
export interface Hook {
  readonly label: string;
  readonly scope: Scope | undefined;
  call(context: Context): unknown;
}

/** A tool, ready to be offered to the model and called. */
export interface Tool {
  readonly offer: ModelTool;
  readonly parameters: ToolDefinition['parameters'];
  readonly scope: Scope | undefined;
  call(args: unknown, context: Context): unknown;
}

/** Everything an agent's skills declared, bound, checked and in order: made once, when the agent is made. */
export interface Plan {
  readonly conditions: readonly Condition[];
  readonly hooks: Readonly<Record<HookName, readonly Hook[]>>;
  readonly tools: ReadonlyMap<string, Tool>;
  /** Something in it is not for everyone. */
  readonly isScoped: boolean;
}

type Methods = Record<string, (...args: unknown[]) => unknown>;

/**
 * Of a skill that is held by another only the hooks count: what the agent hands off and offers to its model is what it
 * lists.
 * @throws {TypeError} naming both skills when two offer a tool of one name.
 */
export function makePlan(members: readonly SkillMember[]): Plan {
  const conditions: Condition[] = [];
  const hooks = Object.fromEntries(HOOK_NAMES.map((name) => [name, []])) as unknown as Record<
    HookName,
    (Hook & { priority: number })[]
  >;
  const tools = new Map<string, Tool & { skill: string }>();
  for (const { label, skill, isListed } of members) {
    const bound = (method: string) => (skill as unknown as Methods)[method]?.bind(skill) as Methods[string];
    const definitions = readDefinitions(skill);
    for (const { method, hook, ...rest } of definitions.hooks) {
      hooks[hook].push({ ...rest, label: `${label}.${method}`, call: bound(method) });
    }
    if (!isListed) continue;
    for (const { method, ...rest } of definitions.handoffs) {
      conditions.push({ ...rest, label: `${label}.${method}`, ask: bound(method) });
    }
    for (const definition of definitions.tools) {
      const other = tools.get(definition.name);
      if (other) {
        throw new TypeError(`skills "${other.skill}" and "${label}" both have a tool "${definition.name}"`);
      }
      tools.set(definition.name, { skill: label, ...makeTool(definition, bound(definition.method)) });
    }
  }
  // Sorting is stable: equal priorities stay in the order of skills and declarations.
  conditions.sort((a, b) => priorityValue(b.metadata.priority) - priorityValue(a.metadata.priority));
  for (const name of HOOK_NAMES) hooks[name].sort((a, b) => a.priority - b.priority);
  const all = [...conditions, ...Object.values(hooks).flat(), ...tools.values()];
  return { conditions, hooks, tools, isScoped: all.some(({ scope }) => scope !== undefined) };
}

/** What of a plan a caller may use: conditions, hooks and tools of other scopes are as if they were not there. */
export function planFor(plan: Plan, caller: Caller): Plan {
  if (!plan.isScoped) return plan;
  const allowed = ({ scope }: { readonly scope: Scope | undefined }) => isAllowed(scope, caller);
  const hooks = Object.fromEntries(HOOK_NAMES.map((name) => [name, plan.hooks[name].filter(allowed)]));
  return {
    conditions: plan.conditions.filter(allowed),
    hooks: hooks as unknown as Plan['hooks'],
    tools: new Map([...plan.tools].filter(([, tool]) => allowed(tool))),
    isScoped: true,
  };
}

function makeTool(
  { name, description, parameters, schema, scope }: ToolDefinition,
  call: Tool['call'],
): Tool {
  const offer = { name, parameters: schema, ...(description !== undefined && { description }) };
  return { offer, parameters, scope, call };
}
