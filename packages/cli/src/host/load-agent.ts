import { BaseAgent, BatonError } from '@baton/runtime';
import { displayName } from './display-name.ts';
import { explainLoadFailure } from './load-failure.ts';

/**
 * Loads the agent a module default-exports.
 * @throws {BatonError} naming the module: INVALID_ARGUMENT when it cannot be loaded, exports no agent, or one that is not
 * called `expected`; FAILED_PRECONDITION when a package it imports is not installed; an agent's own BatonError as it is.
 */
export async function loadAgent(url: string, expected: string | undefined): Promise<BaseAgent> {
  const name = displayName(url);
  let module: { default?: unknown };
  try {
    module = await import(url);
  } catch (thrown) {
    throw await explainLoadFailure(url, name, thrown);
  }
  const agent = unwrap(module.default);
  if (!isAgent(agent)) {
    const what = `expected an agent, such as "export default new BaseAgent({ name: 'billing' })"`;
    throw new BatonError('INVALID_ARGUMENT', `${name} ${describeDefault(module, agent)}; ${what}`);
  }
  if (expected !== undefined && agent.name !== expected) {
    throw new BatonError(
      'INVALID_ARGUMENT',
      `${name} exports the agent "${agent.name}", but the mesh file calls it "${expected}"; the two names must be equal`,
    );
  }
  return agent;
}

/** A CommonJS module seen from here has its own `default` below ours: so it is with a `.ts` file in a folder without "type". */
function unwrap(exported: unknown): unknown {
  const inner = (exported as { default?: unknown } | null | undefined)?.default;
  return !isAgent(exported) && isAgent(inner) ? inner : exported;
}

/** By class, or by shape: an agent made with another copy of the runtime is an agent too. */
function isAgent(value: unknown): value is BaseAgent {
  if (value instanceof BaseAgent) return true;
  if (typeof value !== 'object' || value === null) return false;
  const { name, concurrency, attach, prepare, execute, card } = value as Record<string, unknown>;
  const methods = [attach, prepare, execute, card];
  return (
    typeof name === 'string' &&
    typeof concurrency === 'number' &&
    methods.every((method) => typeof method === 'function')
  );
}

function describeDefault(module: object, exported: unknown): string {
  if (!('default' in module) || exported === undefined) return 'has no default export';
  if (typeof exported === 'function') return 'default-exports a function or class, not an instance';
  if (exported === null) return 'default-exports null';
  return `default-exports ${Array.isArray(exported) ? 'an array' : `a value of type ${typeof exported}`} that is no agent`;
}
