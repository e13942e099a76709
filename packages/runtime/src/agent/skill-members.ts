import { Skill } from './skill.ts';

/** A skill of an agent: listed by the agent, or held by another of its skills. */
export interface SkillMember {
  /** Its key, or for one that is held only the way to it: `paid.payment`. */
  readonly label: string;
  readonly skill: Skill;
  readonly isListed: boolean;
  /** The skills in its fields. */
  readonly holds: readonly Skill[];
}

/**
 * The skills of an agent, each once, in the order in which hooks of equal priority run: as listed, and one that is
 * held only right before its holder. A skill under two keys goes by the first.
 * @throws {TypeError} for skills that are no record of skills.
 */
export function skillMembers(skills: Readonly<Record<string, Skill>>): SkillMember[] {
  checkRecord(skills);
  const listed = new Set<unknown>(Object.values(skills));
  const members = new Map<Skill, SkillMember>();
  const seen = new Set<Skill>();
  const add = (label: string, skill: Skill): void => {
    if (seen.has(skill)) return;
    seen.add(skill);
    const fields = Object.entries(skill).filter(isSkillField);
    for (const [name, held] of fields) if (!listed.has(held)) add(`${label}.${name}`, held);
    members.set(skill, { label, skill, isListed: listed.has(skill), holds: fields.map(([, held]) => held) });
  };
  for (const [key, skill] of Object.entries(skills)) add(key, skill);
  return [...members.values()];
}

function isSkillField(field: [string, unknown]): field is [string, Skill] {
  return field[1] instanceof Skill;
}

function checkRecord(skills: Readonly<Record<string, Skill>>): void {
  if (typeof skills !== 'object' || skills === null || Array.isArray(skills)) {
    throw new TypeError(
      '"skills" must be a record of skills by key, such as { routing: new RoutingSkill() }',
    );
  }
  for (const [key, skill] of Object.entries<unknown>(skills)) {
    if (skill instanceof Skill) continue;
    throw new TypeError(
      `"skills.${key}" is no skill; make one with a class that extends Skill, or defineSkill()`,
    );
  }
}
