import { BaseAgent, defineSkill, join, type Model } from '@baton/runtime';
import type { Role } from './role.ts';

/** More than are ever asked at a time: it is the cost of a handoff that is measured, not waiting in line. */
const CONCURRENCY = 256;

const echo: Model = {
  name: 'bench/echo',
  async *generate({ messages }) {
    yield { type: 'text', text: messages.at(-1)?.content ?? '' };
  },
};

/** An agent that answers with what it was sent, or hands everything to the next. */
export const echoAgent: Role = async ({ server, owner, name, next }) => {
  const mesh = await join({ server, owner, name });
  const agent =
    next === undefined
      ? new BaseAgent({ name, model: echo, concurrency: CONCURRENCY })
      : new BaseAgent({
          name,
          concurrency: CONCURRENCY,
          skills: { relay: defineSkill({ handoffs: [{ target: next, when: () => true }] }) },
        });
  await mesh.launch(agent);
  return {};
};
