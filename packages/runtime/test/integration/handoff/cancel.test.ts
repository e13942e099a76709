import { createInbox } from 'nats';
import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { handoff, tool } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { abortError } from '../../../src/wire/abort.ts';
import { joinTest, newOwner } from '../support/mesh.ts';
import { connectRaw } from '../support/raw-client.ts';

class To extends Skill {
  readonly next: string;

  constructor(next: string) {
    super();
    this.next = next;
  }

  @handoff()
  always() {
    return this.next;
  }
}

const relay = (name: string, next: string) => new BaseAgent({ name, skills: { to: new To(next) } });

/** An agent whose model works until it is told to stop, and says when it has begun and why it stopped. */
function worker(name = 'worker') {
  let begin = () => {};
  let stop = (_code: string) => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const stopped = new Promise<string>((resolve) => {
    stop = resolve;
  });
  const model = scriptedModel(async function* ({ signal }) {
    yield { type: 'text', text: 'at work' };
    begin();
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    stop(abortError(signal).code);
  });
  return { agent: new BaseAgent({ name, model }), begun, stopped };
}

/** first -> second -> third -> worker, each launched by a member of its own. */
async function chainOfFour() {
  const owner = newOwner();
  const { agent, begun, stopped } = worker();
  const agents = [agent, relay('third', 'worker'), relay('second', 'third'), relay('first', 'second')];
  const members = await Promise.all(agents.map(() => joinTest(owner)));
  for (const [index, each] of agents.entries()) await members[index]?.launch(each);
  const client = await joinTest(owner);
  await client.synced();
  const inFlight = () => members.flatMap((member) => member.instances()).length;
  return {
    client,
    begun,
    stopped,
    inFlight,
    async [Symbol.asyncDispose]() {
      await client.close();
      await Promise.all(members.map((member) => member.close(0)));
    },
  };
}

it('stops the work three hops down when the caller gives up', async () => {
  await using mesh = await chainOfFour();
  const controller = new AbortController();
  const asking = mesh.client.ask('first', 'go', { signal: controller.signal });
  await mesh.begun;
  controller.abort();
  const at = performance.now();
  expect(await mesh.stopped).toBe('CANCELLED');
  expect(performance.now() - at).toBeLessThan(1000);
  expect((await asking).error).toMatchObject({ code: 'CANCELLED' });
});

it('stops the work three hops down when whoever reads the stream leaves it', async () => {
  await using mesh = await chainOfFour();
  for await (const event of mesh.client.stream('first', 'go')) if (event.type === 'text') break;
  expect(await mesh.stopped).toBe('CANCELLED');
});

it('stops the work three hops down by the id of the question, from anywhere', async () => {
  await using mesh = await chainOfFour();
  let id = '';
  const asking = (async () => {
    for await (const event of mesh.client.stream('first', 'go')) {
      if (event.type === 'handoff') id ||= event.handoff.id;
      if (event.type === 'result') return event.result;
    }
    return undefined;
  })();
  await mesh.begun;
  // Whoever is at work by then: the worker, or an agent just about to let go of it.
  expect(await mesh.client.cancel(id)).not.toEqual([]);
  expect(await mesh.stopped).toBe('CANCELLED');
  expect((await asking)?.error).toMatchObject({ code: 'CANCELLED' });
});

it('leaves no work behind when the deadline has passed', async () => {
  await using mesh = await chainOfFour();
  const asking = mesh.client.ask('first', 'go', { timeoutMs: 300 });
  expect(['DEADLINE_EXCEEDED', 'CANCELLED']).toContain(await mesh.stopped);
  expect((await asking).error).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});

it('says that there is nothing to cancel under an unknown id', async () => {
  await using mesh = await chainOfFour();
  const unknown = mesh.client.cancel('01HZZZZZZZZZZZZZZZZZZZZZZZ');
  await expect(unknown).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(mesh.client.cancel('a/b')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

it('stops work whose caller vanished without a word', async () => {
  const owner = newOwner();
  const { agent, begun, stopped } = worker();
  await using mesh = await joinTest(owner);
  await mesh.launch(agent);
  const client = await connectRaw();
  const envelope = { v: 1, id: 'x1', conversation: 'c', source: { agent: 'c', instance: 'i' } };
  const bounds = { hops: 0, maxHops: 5, deadline: Date.now() + 60_000, remainingMs: 60_000, path: [] };
  const baton = {
    ...envelope,
    ...bounds,
    target: `${owner}/worker`,
    mode: 'call',
    context: {},
    metadata: {},
  };
  const reply = createInbox();
  client.subscribe(reply, { callback: () => {} });
  client.publish(`agents.prompt.baton.${owner}.worker`, JSON.stringify({ prompt: 'go', baton }), { reply });
  await begun;
  await client.close();
  expect(await stopped).toBe('CANCELLED');
});

it('tells a tool that works for the model', async () => {
  const owner = newOwner();
  const controller = new AbortController();
  let stop = (_code: string) => {};
  const stopped = new Promise<string>((resolve) => {
    stop = resolve;
  });
  class Slow extends Skill {
    @tool
    async dig() {
      const { signal } = this.getContext();
      controller.abort();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      stop(abortError(signal).code);
    }
  }
  const model = scriptedModel([{ type: 'tool_call', id: '1', name: 'dig', arguments: '{}' }]);
  await using mesh = await joinTest(owner);
  await mesh.launch(new BaseAgent({ name: 'digger', model, skills: { slow: new Slow() } }));
  await mesh.ask('digger', 'go', { signal: controller.signal });
  expect(await stopped).toBe('CANCELLED');
});
