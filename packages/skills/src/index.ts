export { type MemoryOptions, MemorySkill } from './memory/memory-skill.ts';
export { NLISkill } from './nli/nli-skill.ts';
