// node durable-worker.mjs <settings as JSON>: agents `front`, `desk` and `back` on the built runtime, until the process is killed,
// or with `ask` only the caller of one durable run. See durable-worker.ts.
import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { BaseAgent, defineSkill, join, textOf } from '@baton/runtime';
import { PaymentSkill } from '@baton/skills';

const settings = JSON.parse(process.argv[2]);
const { server, owner, effects, workMs, concurrency, stallMs, blocks, durable, crashAt, ask } = settings;
const say = (word) => process.stdout.write(`${word}\n`);

let times = 0;
const checkpoint = (name) => {
  if (name !== crashAt?.point) return;
  times += 1;
  if (times === crashAt.time) process.kill(process.pid, 'SIGKILL');
};

const block = (ms) => {
  for (const end = Date.now() + ms; Date.now() < end; );
};

/** What a request may do to the process that works on it. */
const poisons = {
  throw: () => {
    throw new Error('poison');
  },
  hang: () => new Promise(() => {}),
  exit: () => process.exit(1),
  memory: () => {
    const held = [];
    for (;;) held.push(Array.from({ length: 100_000 }, () => held.length));
  },
};

const work = defineSkill({
  hooks: {
    async on_message(context) {
      const question = textOf(context.messages.at(-1));
      await context.once('effect', (key) => appendFile(effects, `${context.conversation} ${key}\n`));
      say('began');
      await poisons[question]?.();
      if (blocks) block(blocks);
      await sleep(workMs);
    },
  },
});
const model = {
  name: 'test/words',
  async *generate() {
    for (const text of ['it ', 'is ', 'done']) yield { type: 'text', text };
  },
};

/** A broker that is busy, or just starting again, is tried again. */
const joinPatiently = async (options) => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await join(options);
    } catch (error) {
      if (tries === 10) throw error;
    }
  }
};

const mesh = await joinPatiently({ server, owner, durable: { ...durable, checkpoint } });
if (ask) {
  const { target, question, id, user } = ask;
  await mesh.submit(target, question, { id, user, conversation: id });
  say('up');
  await mesh.close(0);
} else {
  const toBack = () => defineSkill({ handoffs: [{ target: 'back', when: () => true }] });
  const skills = { payment: new PaymentSkill({ prices: { back: 3 } }), toBack: toBack() };
  await mesh.launch(new BaseAgent({ name: 'back', model, skills: { work }, concurrency, stallMs }));
  await mesh.launch(new BaseAgent({ name: 'front', skills, concurrency, stallMs }));
  await mesh.launch(new BaseAgent({ name: 'desk', skills: { toBack: toBack() }, concurrency, stallMs }));
  process.on('SIGTERM', () => void mesh.close(20_000).then(() => process.exit(0)));
  say('up');
}
