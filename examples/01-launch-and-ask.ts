/** Launch an agent in this process, ask it, and watch the answer stream. Needs a broker: `npx baton up --detach`. */
import assert from 'node:assert/strict';
import { BaseAgent, join, type Model } from '@baton/runtime';

/** Any object with `generate` is a model; `model: 'openai/gpt-4o-mini'` would be one too. */
const shouting: Model = {
  name: 'example/shouting',
  async *generate({ messages }) {
    for (const word of (messages.at(-1)?.content ?? '').split(' ')) {
      yield { type: 'text', text: `${word.toUpperCase()} ` };
    }
  },
};

await using mesh = await join();
await mesh.launch(new BaseAgent({ name: 'shouter', description: 'Says it louder.', model: shouting }));

const result = await mesh.ask('shouter', 'where is my parcel?');
console.log(result.agent, 'answered', result.response, `in ${result.durationMs} ms`);
assert.equal(result.response, 'WHERE IS MY PARCEL? ');

const pieces: string[] = [];
for await (const event of mesh.stream('shouter', 'one two three')) {
  if (event.type === 'text') pieces.push(event.text);
}
assert.deepEqual(pieces, ['ONE ', 'TWO ', 'THREE ']);

const missing = await mesh.ask('shuter', 'anyone?');
console.log(missing.error?.code, missing.error?.message);
assert.equal(missing.error?.code, 'NOT_FOUND');
