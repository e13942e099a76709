import { BaseAgent, join } from '@baton/runtime';
import type { Role } from './role.ts';

/** An agent without a model and without skills. */
export const silentAgent: Role = async ({ server, owner, name }) => {
  const mesh = await join({ server, owner, name });
  await mesh.launch(new BaseAgent({ name }));
  return {};
};
