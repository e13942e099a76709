/** Which sibling skill is meant, and whether the agent may do without it. */
interface Dependency {
  readonly key: string;
  readonly isOptional: boolean;
}

/** Reads `nli`, a skill that must be there, or `nli?`, one that may be missing. */
export function readDependency(text: string): Dependency {
  const isOptional = text.endsWith('?');
  return { key: isOptional ? text.slice(0, -1) : text, isOptional };
}
