import { readDependency } from './dependency.ts';
import type { Skill } from './skill.ts';
import type { SkillMember } from './skill-members.ts';

type Skills = Readonly<Record<string, Skill>>;

/**
 * An agent's skills in the order in which they are initialised: what one depends on before it, then what it holds,
 * unless that depends on it in turn; otherwise in the order given.
 * @throws {TypeError} naming both sides of a missing dependency, or the whole circle of a cycle.
 */
export function initialOrder(members: readonly SkillMember[], skills: Skills): SkillMember[] {
  const memberOf = (key: string) => members.find(({ skill }) => skill === skills[key]);
  const needs = new Map(
    members.map((member) => [member, siblingsOf(member, skills).flatMap((key) => memberOf(key) ?? [])]),
  );
  const holds = new Map(
    members.map((member) => [member, members.filter(({ skill }) => member.holds.includes(skill))]),
  );
  const leadsTo = (from: SkillMember, goal: SkillMember, seen = new Set<SkillMember>()): boolean => {
    if (from === goal) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return [...(needs.get(from) ?? []), ...(holds.get(from) ?? [])].some((next) => leadsTo(next, goal, seen));
  };
  const order: SkillMember[] = [];
  const visit = (member: SkillMember, trail: readonly SkillMember[]): void => {
    if (order.includes(member)) return;
    if (trail.includes(member)) {
      const circle = [...trail.slice(trail.indexOf(member)), member].map(({ label }) => label).join(' -> ');
      throw new TypeError(`skills depend on each other in a circle: ${circle}`);
    }
    const inner = (holds.get(member) ?? []).filter((held) => !leadsTo(held, member));
    for (const first of [...(needs.get(member) ?? []), ...inner]) visit(first, [...trail, member]);
    order.push(member);
  };
  for (const member of members) visit(member, []);
  return order;
}

/** The keys of the siblings a skill depends on that are there. */
function siblingsOf({ label, skill }: SkillMember, skills: Skills): string[] {
  return skill.dependencies.flatMap((dependency) => {
    const { key, isOptional } = readDependency(dependency);
    if (Object.hasOwn(skills, key)) return [key];
    if (isOptional) return [];
    const has = Object.keys(skills).join(', ');
    throw new TypeError(`skill "${label}" needs a skill "${key}"; this agent has ${has}`);
  });
}
