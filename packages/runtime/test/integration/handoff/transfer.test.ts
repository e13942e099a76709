import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { AgentOptions } from '../../../src/agent/agent-options.ts';
import type { Context } from '../../../src/agent/context.ts';
import { type HandoffOptions, handoff, hook } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { BatonError } from '../../../src/wire/error.ts';
import { startForeignHost, untilSees } from '../support/foreign-host.ts';
import { startHangingAgent } from '../support/hanging-agent.ts';
import { heldModel } from '../support/held-model.ts';
import { joinTest, newOwner } from '../support/mesh.ts';
import { answerOf, connectRaw, exchange, shape } from '../support/raw-client.ts';

/** A skill that hands everything to one target. */
function to(target: string, options: HandoffOptions = {}): Skill {
  class To extends Skill {
    @handoff(target, options)
    always() {
      return true;
    }
  }
  return new To();
}

const relay = (name: string, skill: Skill, more: Partial<AgentOptions> = {}) =>
  new BaseAgent({ name, skills: { skill }, ...more });

async function mesh(...agents: BaseAgent[]) {
  const owner = newOwner();
  const members = await Promise.all(agents.map(() => joinTest(owner)));
  const launched = [];
  for (const [index, agent] of agents.entries()) launched.push(await members[index]?.launch(agent));
  const client = await joinTest(owner);
  await client.synced();
  return {
    owner,
    client,
    launched,
    async [Symbol.asyncDispose]() {
      await client.close();
      await Promise.all(members.map((member) => member.close(0)));
    },
  };
}

it('answers whoever asked, past the agents between, and tells every hop', async () => {
  const worker = new BaseAgent({ name: 'worker', model: scriptedModel('done') });
  await using m = await mesh(worker, relay('second', to('worker')), relay('first', to('second')));
  const events: string[] = [];
  for await (const event of m.client.stream('first', 'go')) {
    events.push(event.type);
    if (event.type !== 'result') continue;
    expect(event.result).toMatchObject({ success: true, response: 'done', agent: 'worker' });
    expect(event.result.handoffs).toMatchObject([
      { from: 'first', to: 'second', mode: 'transfer', success: true },
      { from: 'second', to: 'worker', mode: 'transfer', success: true },
    ]);
    expect(event.result).not.toHaveProperty('transferred');
  }
  expect(events).toEqual(['handoff', 'handoff', 'text', 'result']);
});

it('leaves the source free while the target works', async () => {
  const { model, release } = heldModel();
  const worker = new BaseAgent({ name: 'worker', model });
  await using m = await mesh(worker, relay('first', to('worker'), { concurrency: 1 }));
  const [, first] = m.launched;
  const asked = [m.client.ask('first', 'one'), m.client.ask('first', 'two'), m.client.ask('first', 'three')];
  await expect.poll(() => m.launched[0]?.inFlight).toBe(3);
  await expect.poll(() => first?.inFlight).toBe(0);
  release();
  for (const each of asked) expect((await each).response).toBe('done');
});

class Looks extends Skill {
  @handoff('worker')
  always() {
    return true;
  }

  @hook('after_handoff')
  look({ handoffResult, insights }: Context) {
    insights.saw = handoffResult?.response;
  }
}

class Ends extends Skill {
  @handoff('worker')
  always() {
    return true;
  }

  @hook('finalize_connection')
  end({ result }: Context) {
    if (result?.response !== 'done') throw new Error('there was no answer');
  }
}

class Learns extends Skill {
  @handoff('worker')
  always() {
    return true;
  }

  @hook('on_message')
  learn({ insights }: Context) {
    insights.topic = 'work';
  }
}

it.each<[string, Skill, Partial<AgentOptions>]>([
  ['an after_handoff hook', new Looks(), {}],
  ['a finalize_connection hook', new Ends(), {}],
  ['something to add', new Learns(), {}],
  ['a fallback', to('worker', { fallback: ['other'] }), {}],
  ['more steps to come', to('worker'), { maxChain: 2 }],
  ['an author who wants it so', to('worker', { mode: 'call' }), {}],
])('calls where the source has %s', async (_what, skill, more) => {
  const worker = new BaseAgent({ name: 'worker', model: scriptedModel('done') });
  await using m = await mesh(worker, relay('first', skill, more));
  const { handoffs } = await m.client.ask('first', 'go');
  expect(handoffs[0]).toMatchObject({ mode: 'call', to: 'worker' });
});

it('transfers whatever hooks there are when the author says so; they see that it was taken', async () => {
  const seen: unknown[] = [];
  class Forced extends Skill {
    @handoff('worker', { mode: 'transfer' })
    always() {
      return true;
    }

    @hook('after_handoff')
    look({ handoffResult }: Context) {
      seen.push([handoffResult?.success, handoffResult?.response, handoffResult?.transferred?.to]);
    }
  }
  const worker = new BaseAgent({ name: 'worker', model: scriptedModel('done') });
  await using m = await mesh(worker, relay('first', new Forced()));
  const result = await m.client.ask('first', 'go');
  expect(result).toMatchObject({ response: 'done', handoffs: [{ mode: 'transfer' }] });
  // The answer does not wait for them.
  await expect.poll(() => seen).toEqual([[true, null, `${m.owner}/worker`]]);
});

it('stays until the answer is complete when it has said something, whatever the author says', async () => {
  class Polite extends Skill {
    @hook('on_message')
    greet(context: Context) {
      context.say('One moment.');
    }

    @handoff('worker', { mode: 'transfer' })
    always() {
      return true;
    }
  }
  const worker = new BaseAgent({ name: 'worker', model: scriptedModel('done') });
  await using m = await mesh(worker, relay('first', new Polite()));
  const result = await m.client.ask('first', 'go');
  expect(result).toMatchObject({ response: 'One moment.\n\ndone', handoffs: [{ mode: 'call' }] });
});

it('lets an agent say nothing more once it has let go', async () => {
  const { model, started, release } = heldModel();
  const said: unknown[] = [];
  class Late extends Skill {
    @handoff('worker', { mode: 'transfer' })
    always() {
      return true;
    }

    @hook('after_handoff')
    async speak(context: Context) {
      await started;
      try {
        context.say('By the way.');
      } catch (thrown) {
        said.push(BatonError.from(thrown).code);
      }
      release();
    }
  }
  await using m = await mesh(new BaseAgent({ name: 'worker', model }), relay('first', new Late()));
  expect(await m.client.ask('first', 'go')).toMatchObject({ success: true, response: 'done' });
  expect(said).toEqual(['FAILED_PRECONDITION']);
});

it('answers a client of the bare protocol with one stream and one end', async () => {
  const worker = new BaseAgent({ name: 'worker', model: scriptedModel('done') });
  await using m = await mesh(worker, relay('second', to('worker')), relay('first', to('second')));
  await using client = await connectRaw();
  const received = await exchange(client, { to: `agents.prompt.baton.${m.owner}.first`, payload: 'go' });
  expect(answerOf(received)).toBe('done');
  expect(shape(received)).toEqual(['ack', 'response', 'end']);
});

it('keeps the answer to give when the target refuses to take over', async () => {
  const worker = new BaseAgent({ name: 'worker', model: scriptedModel('done'), scope: 'admin' });
  await using m = await mesh(worker, relay('first', to('worker')));
  const result = await m.client.ask('first', 'go');
  expect(result).toMatchObject({ success: false, agent: 'worker', error: { code: 'PERMISSION_DENIED' } });
});

it('waits for a busy target as for any other, before it lets go', async () => {
  const { model, release } = heldModel();
  const worker = new BaseAgent({ name: 'worker', model, concurrency: 1 });
  const hasty = relay('hasty', to('worker', { metadata: { timeout: 0.4 } }));
  await using m = await mesh(worker, relay('first', to('worker')), hasty);
  const one = m.client.ask('first', 'one');
  await expect.poll(() => m.launched[0]?.inFlight).toBe(1);
  const two = m.client.ask('hasty', 'two');
  expect((await two).error).toMatchObject({ code: 'RESOURCE_EXHAUSTED' });
  release();
  expect((await one).response).toBe('done');
});

it('tells whoever asked that the target died after it had taken over', async () => {
  const owner = newOwner();
  await using target = await startHangingAgent(owner, 'worker');
  await using member = await joinTest(owner);
  await member.launch(relay('first', to('worker')));
  await untilSees(member, (seen) => seen.agents().length === 2);
  for await (const event of member.stream('first', 'go')) {
    if (event.type === 'text') target.signal('SIGKILL');
    if (event.type !== 'result') continue;
    expect(event.result).toMatchObject({
      success: false,
      response: 'one ',
      error: { code: 'UNAVAILABLE', message: expect.stringContaining('"worker" died') },
      handoffs: [{ from: 'first', to: 'worker', mode: 'transfer', success: false }],
    });
  }
});

it('lets the target ask whoever asked', async () => {
  class Clerk extends Skill {
    @hook('on_message')
    async ask(context: Context) {
      context.insights.told = await context.askCaller('which one?');
    }
  }
  const worker = new BaseAgent({
    name: 'worker',
    model: scriptedModel('ok'),
    skills: { clerk: new Clerk() },
  });
  await using m = await mesh(worker, relay('first', to('worker')));
  const result = await m.client.ask('first', 'go', { onQuery: () => 'this one' });
  expect(result).toMatchObject({ insights: { told: 'this one' }, handoffs: [{ mode: 'transfer' }] });
});

it('calls a host of another make, which would answer its source', async () => {
  const owner = newOwner();
  await using _host = await startForeignHost({ owner, name: 'worker' });
  await using member = await joinTest(owner);
  await member.launch(relay('first', to('worker')));
  await untilSees(member, (seen) => seen.agents().length === 2);
  expect(await member.ask('first', 'go')).toMatchObject({ response: 'go', handoffs: [{ mode: 'call' }] });
});

it.each(['agents.prompt.baton.default.victim', '$JS.API.STREAM.LIST', '_INBOX.>', '_INBOX.a b'])(
  'refuses to answer at %s in place of whoever sent the prompt',
  async (reply) => {
    const worker = new BaseAgent({ name: 'worker', model: scriptedModel('done') });
    await using m = await mesh(worker);
    await using client = await connectRaw();
    const bounds = { hops: 0, maxHops: 5, deadline: Date.now() + 60_000, remainingMs: 60_000, path: [] };
    const who = { source: { agent: 'c', instance: 'i' }, target: `${m.owner}/worker`, mode: 'transfer' };
    const origin = { reply, baton: false };
    const baton = { v: 1, id: 'x', conversation: 'c', ...who, context: {}, metadata: {}, ...bounds, origin };
    const payload = JSON.stringify({ prompt: 'go', baton });
    const received = await exchange(client, { to: `agents.prompt.baton.${m.owner}.worker`, payload });
    expect(shape(received)).toEqual(['error 400', 'end']);
  },
);
