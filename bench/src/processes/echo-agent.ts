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
export const echoAgent: Role = async ({ server, owner, name, next, modes = [undefined] }) => {
  const mesh = await join({ server, owner, name });
  for (const mode of modes) {
    const nameOf = (agent: string) => (mode === undefined ? agent : `${agent}-${mode}`);
    const options = { name: nameOf(name), concurrency: CONCURRENCY };
    await mesh.launch(
      next === undefined
        ? new BaseAgent({ ...options, model: echo })
        : new BaseAgent({ ...options, skills: { relay: relayTo(nameOf(next), mode) } }),
    );
  }
  return {};
};

function relayTo(target: string, mode: 'call' | 'transfer' | undefined) {
  return defineSkill({ handoffs: [{ target, when: () => true, ...(mode && { mode }) }] });
}
