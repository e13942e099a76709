import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { handoff } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { echoModel } from '../../../src/testing/models.ts';
import { joinTest, newOwner } from '../support/mesh.ts';
import { connectRaw, type RawClient } from '../support/raw-client.ts';

const echo = (name: string) => new BaseAgent({ name, model: echoModel() });

/** Hands everything to the desk, if it is seen. */
class ToDesk extends Skill {
  @handoff('desk')
  isThere() {
    return this.port.isAvailable('desk');
  }
}

/** Keeps a newcomer's look around going, as a thousand agents would, for the second it may take. */
async function answerSlowly(client: RawClient): Promise<void> {
  client.subscribe('$SRV.INFO.agents', {
    callback: (_error, message) => {
      const more = setInterval(() => message.respond('{}'), 50);
      void client.closed().then(() => clearInterval(more));
    },
  });
  await client.flush();
}

it('can be called before everyone else on the mesh is known', async () => {
  const owner = newOwner();
  await using crowd = await connectRaw();
  await answerSlowly(crowd);
  await using mesh = await joinTest(owner);
  const launched = mesh.launch(echo('quick'));
  expect(await Promise.race([launched.then(() => 'up'), mesh.synced().then(() => 'everyone is known')])).toBe(
    'up',
  );
  await using caller = await joinTest(owner);
  expect(await caller.ask('quick', 'hello')).toMatchObject({ success: true });
});

it('sees who was there before in its first run, however soon it is asked', async () => {
  const owner = newOwner();
  await using early = await joinTest(owner, { heartbeatMs: 60_000 });
  await early.launch(echo('desk'));
  await using crowd = await connectRaw();
  await answerSlowly(crowd);
  await using mesh = await joinTest(owner);
  await mesh.launch(new BaseAgent({ name: 'front', skills: { desk: new ToDesk() } }));
  const { response, handoffs } = await early.ask('front', 'hello');
  expect({ response, to: handoffs.map(({ to }) => to) }).toEqual({ response: 'hello', to: ['desk'] });
});
