import type { Skill } from './skill.ts';

/**
 * The keys of an agent's skills, dependencies first, otherwise in the order given.
 * @throws {TypeError} naming both sides of a missing dependency, or the whole circle of a cycle.
 */
export function dependencyOrder(skills: Readonly<Record<string, Skill>>): string[] {
  const order: string[] = [];
  const visit = (key: string, trail: readonly string[]): void => {
    if (order.includes(key)) return;
    if (trail.includes(key)) {
      const circle = [...trail.slice(trail.indexOf(key)), key].join(' -> ');
      throw new TypeError(`skills depend on each other in a circle: ${circle}`);
    }
    for (const needed of skills[key]?.dependencies ?? []) {
      if (!Object.hasOwn(skills, needed)) {
        const has = Object.keys(skills).join(', ');
        throw new TypeError(`skill "${key}" needs a skill "${needed}"; this agent has ${has}`);
      }
      visit(needed, [...trail, key]);
    }
    order.push(key);
  };
  for (const key of Object.keys(skills)) visit(key, []);
  return order;
}
