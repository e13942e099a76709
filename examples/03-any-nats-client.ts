/** No Baton on this side: a plain NATS client prompts an agent and reads its stream, as the open protocol says. */
import assert from 'node:assert/strict';
import { BaseAgent, join } from '@baton/runtime';
import { echoModel } from '@baton/runtime/testing';
import { connect, createInbox } from 'nats';

await using mesh = await join();
await mesh.launch(new BaseAgent({ name: 'echo', model: echoModel() }));

const nats = await connect({ servers: mesh.server });
const inbox = createInbox();
const replies = nats.subscribe(inbox);
nats.publish('agents.prompt.baton.default.echo', 'plain text is enough', { reply: inbox });

let answer = '';
for await (const message of replies) {
  if (message.data.length === 0) break;
  const chunk = message.json<{ type: string; data: string }>();
  console.log(chunk);
  if (chunk.type === 'response') answer += chunk.data;
}
assert.equal(answer, 'plain text is enough');
await nats.close();
