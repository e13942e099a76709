import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import { type Context, getContext } from '../../../src/agent/context.ts';
import { handoff, hook } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { echoModel, scriptedModel } from '../../../src/testing/models.ts';
import type { HandoffResult } from '../../../src/wire/result.ts';
import { heldModel } from '../support/held-model.ts';
import { joinTest, newOwner } from '../support/mesh.ts';

/** The seed's workflow: an analyst first, a writer once the analysis is done, both for this conversation. */
class Workflow extends Skill {
  @handoff('data-analyst')
  needsAnalysis(_query: string, { state }: Context) {
    return !state.analysisOf;
  }

  @handoff('report-writer')
  needsReport(query: string, { state, conversation, peerUserId }: Context) {
    return state.analysisOf === `${peerUserId} ${conversation}` && query === 'go on';
  }

  @hook('after_handoff')
  async track({ handoffAgent, state, conversation, peerUserId }: Context) {
    // Others have their turn between what is read and what is written.
    await new Promise((resolve) => setImmediate(resolve));
    if (handoffAgent === 'data-analyst') state.analysisOf = `${peerUserId} ${conversation}`;
  }
}

it('keeps what 50 conversations of two users have come to apart, all at the same time', async () => {
  await using mesh = await joinTest(newOwner());
  await mesh.launch(new BaseAgent({ name: 'data-analyst', model: echoModel(), concurrency: 100 }));
  await mesh.launch(new BaseAgent({ name: 'report-writer', model: echoModel(), concurrency: 100 }));
  const front = { model: echoModel(), concurrency: 100, skills: { workflow: new Workflow() } };
  await mesh.launch(new BaseAgent({ name: 'front', ...front }));
  // Conversations of both users have the same names: what tells them apart is the user.
  const conversations = Array.from({ length: 50 }, (_, n) => ({
    user: n % 2 === 0 ? 'ada' : 'eve',
    conversation: `c-${n >> 1}`,
  }));
  const askAll = async (question: string, some = conversations) =>
    Promise.all(some.map(async (who) => (await mesh.ask('front', question, who)).agent));
  const begun = conversations.filter((_, n) => n % 3 !== 0);
  expect(new Set(await askAll('begin', begun))).toEqual(new Set(['data-analyst']));
  const answers = await askAll('go on');
  expect(answers).toEqual(
    conversations.map((who) => (begun.includes(who) ? 'report-writer' : 'data-analyst')),
  );
});

it('ends a chain of fallbacks at the one deadline of the run, and is told so at once by every hook', async () => {
  const seen: unknown[] = [];
  class Routing extends Skill {
    @handoff('missing', { fallback: ['slow', 'never-asked'] })
    always() {
      return true;
    }

    @hook('after_handoff')
    note({ handoffAgent, handoffResult }: Context) {
      seen.push([handoffAgent, handoffResult?.error?.code]);
    }
  }
  await using mesh = await joinTest(newOwner());
  const [slow, never] = [heldModel(), scriptedModel('too late')];
  await mesh.launch(new BaseAgent({ name: 'slow', model: slow.model }));
  await mesh.launch(new BaseAgent({ name: 'never-asked', model: never }));
  const agent = new BaseAgent({ name: 'front', skills: { routing: new Routing() } });
  await mesh.launch(agent);
  const result = await agent.run('help', { timeoutMs: 300 });
  slow.release();
  expect(result).toMatchObject({ success: false, response: null, error: { code: 'DEADLINE_EXCEEDED' } });
  await expect
    .poll(() => seen)
    .toEqual([
      ['missing', 'NOT_FOUND'],
      ['slow', 'DEADLINE_EXCEEDED'],
    ]);
  expect(never.requests).toEqual([]);
});

it('ends a fallback that a hook asks for at the same deadline', async () => {
  let asked: HandoffResult | undefined;
  class Routing extends Skill {
    @handoff('missing')
    always() {
      return true;
    }

    @hook('after_handoff')
    async rescue(context: Context) {
      asked = await context.query('slow', 'help', { timeout: 3600 });
      if (asked.success) context.handoffResult = asked;
    }
  }
  await using mesh = await joinTest(newOwner());
  const slow = heldModel();
  await mesh.launch(new BaseAgent({ name: 'slow', model: slow.model }));
  const agent = new BaseAgent({ name: 'front', skills: { routing: new Routing() } });
  await mesh.launch(agent);
  const late = await agent.run('help', { timeoutMs: 300 });
  expect(late).toMatchObject({ success: false, error: { code: 'DEADLINE_EXCEEDED' } });
  await expect.poll(() => asked?.error?.code).toBe('DEADLINE_EXCEEDED');
  slow.release();
  expect(await agent.run('help')).toMatchObject({ success: true, response: 'done', agent: 'slow' });
});

/** Passes everything on to one agent, and shows what it was handed itself. */
class PassOn extends Skill {
  readonly #target: string;
  inbound: Context['inbound'];
  found: Context['inbound'];

  constructor(target = '') {
    super();
    this.#target = target;
  }

  @handoff()
  next() {
    return this.#target;
  }

  @hook('on_message')
  async look(context: Context) {
    this.inbound = context.inbound;
    await Promise.resolve();
    this.found = getContext().inbound;
  }

  @hook('before_handoff')
  brief({ agentName, handoffContext }: Context) {
    handoffContext[agentName] = 'was here';
  }
}

it('tells the last of three agents who asked it and where the question came in', async () => {
  await using mesh = await joinTest(newOwner());
  const [toB, toC, last] = [new PassOn('b'), new PassOn('c'), new PassOn()];
  await mesh.launch(new BaseAgent({ name: 'c', model: echoModel(), skills: { last } }));
  await mesh.launch(new BaseAgent({ name: 'b', skills: { toC } }));
  await mesh.launch(new BaseAgent({ name: 'a', skills: { toB } }));
  const result = await mesh.ask('a', 'who is it?');
  expect(result.handoffs.map(({ from, to }) => `${from} ${to}`)).toEqual(['a b', 'b c']);
  expect(toB.inbound).toBeUndefined();
  const address = (name: string) => expect.stringMatching(new RegExp(`/${name}$`));
  // What B had from A is B's: it goes on to C only if B says so.
  expect(last.inbound).toMatchObject({
    source: { agent: 'b' },
    origin: address('a'),
    path: [address('a'), address('b')],
    context: { b: 'was here' },
  });
  expect(last.inbound?.context).not.toHaveProperty('a');
  expect(last.found).toBe(last.inbound);
});

it('refuses what is larger than anything that travels before it is published, and after_handoff sees it', async () => {
  const codes: unknown[] = [];
  class TooMuch extends PassOn {
    @hook('before_handoff')
    override brief({ handoffContext }: Context) {
      handoffContext.everything = 'x'.repeat(20_000_000);
    }

    @hook('after_handoff')
    note({ handoffResult }: Context) {
      codes.push(handoffResult?.error?.code);
    }
  }
  await using mesh = await joinTest(newOwner());
  const model = echoModel();
  const target = new PassOn();
  await mesh.launch(new BaseAgent({ name: 'b', model, skills: { target } }));
  await mesh.launch(new BaseAgent({ name: 'a', skills: { tooMuch: new TooMuch('b') } }));
  const { error, handoffs } = await mesh.ask('a', 'take it');
  expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringContaining('19.1 MB') });
  expect([handoffs.length, codes, target.found]).toEqual([1, ['INVALID_ARGUMENT'], undefined]);
});

it('refuses a target found at run time that does not answer this user', async () => {
  await using mesh = await joinTest(newOwner());
  await mesh.launch(new BaseAgent({ name: 'vault', model: echoModel(), scope: 'vip' }));
  await mesh.launch(new BaseAgent({ name: 'front', skills: { toVault: new PassOn('vault') } }));
  const refused = { code: 'PERMISSION_DENIED', target: 'vault' };
  expect((await mesh.ask('front', 'open', { user: 'ada', scopes: ['admin'] })).error).toMatchObject(refused);
  expect((await mesh.ask('front', 'open', { scopes: ['vip'] })).agent).toBe('vault');
});
