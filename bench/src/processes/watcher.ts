import { BaseAgent, join, Skill } from '@baton/runtime';
import type { Role } from './role.ts';
import { timeLookups } from './time-lookups.ts';

class LookUp extends Skill {
  isThere(name: string): boolean {
    return this.isAgentAvailable(name);
  }
}

/** An agent that watches many others, as every member of a mesh does. */
export const watcher: Role = async ({ server, owner, name, count = 0 }) => {
  const mesh = await join({ server, owner, name });
  const lookUp = new LookUp();
  await mesh.launch(new BaseAgent({ name, skills: { lookUp } }));
  return {
    // Itself not counted.
    known: () => mesh.instances().filter(({ details }) => details !== undefined).length - 1,
    lookUp: () => timeLookups(count, (each) => lookUp.isThere(each)),
  };
};
