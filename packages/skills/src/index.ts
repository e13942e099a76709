export { NLISkill } from './nli/nli-skill.ts';
