import { BaseAgent, join, type Model } from '@baton/runtime';
import { CHUNK, CHUNKS } from '../workload.ts';
import type { Role } from './role.ts';

const chunks: Model = {
  name: 'bench/chunks',
  async *generate() {
    for (let at = 0; at < CHUNKS; at++) yield { type: 'text', text: CHUNK };
  },
};

/** An agent whose model says its answer in many small pieces. */
export const streamAgent: Role = async ({ server, owner, name }) => {
  const mesh = await join({ server, owner, name });
  await mesh.launch(new BaseAgent({ name, model: chunks }));
  return {};
};
