// node worker.mjs <settings as JSON>: agents on the built runtime, until the process is killed. See worker.ts.
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BaseAgent, join } from '@baton/runtime';

const { server, owner, agents, heartbeatMs, concurrency, workMs } = JSON.parse(process.argv[2]);

/** Takes its time, then says how long the question was, and its hash. */
const model = {
  name: 'test/digest',
  async *generate({ messages }) {
    if (workMs > 0) await sleep(workMs);
    const text = messages.at(-1)?.content ?? '';
    yield { type: 'text', text: `${text.length} ${createHash('sha256').update(text).digest('hex')}` };
  },
};

const mesh = await join({ server, owner, heartbeatMs });
for (const name of agents) await mesh.launch(new BaseAgent({ name, model, concurrency }));
process.stdout.write('up\n');
