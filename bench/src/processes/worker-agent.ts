import { setTimeout as sleep } from 'node:timers/promises';
import { BaseAgent, join, type Model } from '@baton/runtime';
import { JOB_MS, SLOTS } from '../workload.ts';
import type { Role } from './role.ts';

const job: Model = {
  name: 'bench/job',
  async *generate({ messages }) {
    await sleep(JOB_MS);
    yield { type: 'text', text: messages.at(-1)?.content ?? '' };
  },
};

/** One replica of an agent with a few slots, whose answers take their time. */
export const workerAgent: Role = async ({ server, owner, name }) => {
  const mesh = await join({ server, owner, name });
  await mesh.launch(new BaseAgent({ name, model: job, concurrency: SLOTS }));
  return {};
};
