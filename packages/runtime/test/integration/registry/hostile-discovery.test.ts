import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { echoModel } from '../../../src/testing/models.ts';
import { joinTest, newOwner } from '../support/mesh.ts';
import { connectRaw, type RawClient } from '../support/raw-client.ts';

/** Answers every question on a subject with the payloads, one after another. */
async function answerWith(client: RawClient, subject: string, payloads: readonly string[]) {
  client.subscribe(subject, {
    callback: (_error, message) => {
      for (const payload of payloads) message.respond(payload);
    },
  });
  await client.flush();
}

const GARBAGE = ['', 'text', '{', 'null', '5', '[]', '{}', '"x"'];

const stats = (owner: string) => [
  ...GARBAGE,
  '{"endpoints":5}',
  '{"endpoints":null}',
  '{"endpoints":[null,5,"x",{}]}',
  '{"endpoints":[{"subject":5,"data":{}}]}',
  '{"endpoints":[{"subject":"a.b.c.d.e","data":null}]}',
  JSON.stringify({
    endpoints: [
      {
        subject: 5,
        data: { agent: 'other', owner, instance_id: 'E', ts: '', interval_s: 1 },
      },
    ],
  }),
];

const infos = (owner: string) => {
  const whole = {
    name: 'agents',
    id: 'EVIL',
    version: '1.0.0',
    metadata: { agent: 'other', owner, protocol_version: '0.3' },
    endpoints: [{ name: 'prompt', subject: `agents.prompt.other.${owner}.evil` }],
  };
  return [
    ...GARBAGE,
    JSON.stringify({ ...whole, id: 'a.b' }),
    JSON.stringify({ ...whole, id: undefined }),
    JSON.stringify({ ...whole, endpoints: null }),
    JSON.stringify({ ...whole, endpoints: [] }),
    JSON.stringify({ ...whole, endpoints: [{ name: 'prompt', subject: '' }] }),
    JSON.stringify({ ...whole, endpoints: [{ name: 'prompt', subject: 'agents.prompt.other' }] }),
    JSON.stringify({
      ...whole,
      endpoints: [{ name: 'prompt', subject: `agents.prompt.other.${owner}.a b` }],
    }),
    JSON.stringify({ ...whole, metadata: { agent: 'other', owner } }),
    JSON.stringify({ ...whole, metadata: null }),
  ];
};

it('joins and serves whatever nonsense is said when it looks around', async () => {
  const owner = newOwner();
  await using liar = await connectRaw();
  await answerWith(liar, '$SRV.STATS.agents', stats(owner));
  await answerWith(liar, '$SRV.INFO.agents', infos(owner));
  await answerWith(liar, `baton.${owner}.registry`, ['{"x":-1}']);
  await using mesh = await joinTest(owner);
  await mesh.synced();
  expect(mesh.instances().filter((each) => each.owner === owner)).toEqual([]);
  await mesh.launch(new BaseAgent({ name: 'echo', model: echoModel() }));
  expect(await mesh.ask('echo', 'hello')).toMatchObject({ success: true, response: 'hello' });
});

it.each(GARBAGE.concat('{"x":"y"}', '{"__proto__":5,"constructor":6}', '{"a/b":1e308}'))(
  'joins when a member tells of the past: %s',
  async (told) => {
    const owner = newOwner();
    await using liar = await connectRaw();
    await answerWith(liar, `baton.${owner}.registry`, [told]);
    await using mesh = await joinTest(owner);
    await mesh.synced();
    expect((await mesh.ask('nobody', 'hello')).error?.code).toBe('NOT_FOUND');
  },
);

it('joins within a second when the member it asks about the past never answers', async () => {
  const owner = newOwner();
  await using mute = await connectRaw();
  mute.subscribe(`baton.${owner}.registry`);
  await mute.flush();
  const began = performance.now();
  await using mesh = await joinTest(owner);
  await mesh.synced();
  expect(performance.now() - began).toBeLessThan(1500);
});
