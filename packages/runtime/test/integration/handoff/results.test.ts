import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import type { Mesh } from '../../../src/mesh.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import type { HandoffOutcome } from '../../../src/wire/result.ts';
import { joinTest, newOwner } from '../support/mesh.ts';

/** Hands everything to one agent; `after` is its after_handoff hook, where it has one. */
const routes = (name: string, to: string, after?: (context: Context) => unknown) => {
  class Route extends Skill {
    @handoff(to, { mode: 'call' })
    always() {
      return true;
    }
  }
  class Watched extends Route {
    @hook('after_handoff')
    look(context: Context) {
      return after?.(context);
    }
  }
  return new BaseAgent({ name, skills: { route: after ? new Watched() : new Route() } });
};

const leaves = (outcome: unknown) => (context: Context) => {
  context.handoffResult = outcome as HandoffOutcome;
};

async function withTarget(): Promise<Mesh> {
  const mesh = await joinTest(newOwner());
  await mesh.launch(new BaseAgent({ name: 'target', model: scriptedModel('T.') }));
  return mesh;
}

it('brings back the answer a hook left, though what stands beside it is no part of a result', async () => {
  await using mesh = await withTarget();
  const canned = { success: true, response: 'I will help you myself.' };
  const asides = [
    { insights: undefined, fallback: undefined },
    { fallback: 'yes' },
    { agent: 7, fallback: null },
  ];
  for (const [i, aside] of asides.entries()) {
    for (const target of ['nobody', 'target']) {
      await mesh.launch(routes(`${target}-${i}`, target, leaves({ ...canned, ...aside })));
      const result = await mesh.ask(`${target}-${i}`, 'q');
      expect(result).toMatchObject({ ...canned, agent: target, fallback: aside.fallback === 'yes' });
      expect(result.handoffs).toMatchObject([{ to: target, success: target === 'target' }]);
    }
  }
});

it('brings back what a run yielded although it asked what is no name', async () => {
  await using mesh = await withTarget();
  class Lost extends Skill {
    @handoff('nobody')
    always() {
      return true;
    }

    @hook('after_handoff')
    async mend(context: Context) {
      await context.query(undefined as never, 'q');
      context.handoffResult = { success: true, response: 'canned', fallback: true };
    }
  }
  await mesh.launch(new BaseAgent({ name: 'lost', skills: { lost: new Lost() } }));
  const result = await mesh.ask('lost', 'q');
  expect(result).toMatchObject({ success: true, response: 'canned', fallback: true });
  expect(result.handoffs.map(({ to, error }) => [to, error?.code])).toEqual([
    ['nobody', 'NOT_FOUND'],
    ['undefined', 'INVALID_ARGUMENT'],
  ]);
});

it('does not bring back an answer that was turned down, through however many agents', async () => {
  await using mesh = await withTarget();
  const error = { code: 'PERMISSION_DENIED', message: 'moderated', retryable: false } as const;
  await mesh.launch(routes('moderator', 'target', leaves({ success: false, error })));
  await mesh.launch(routes('desk', 'moderator', () => {}));
  await mesh.launch(routes('front', 'desk'));
  for (const name of ['moderator', 'desk', 'front']) {
    const result = await mesh.ask(name, 'q');
    expect(result, name).toMatchObject({ success: false, response: null, error });
    expect(JSON.stringify(result), name).not.toContain('T.');
    expect(result.handoffs.at(-1), name).toMatchObject({ to: 'target', success: true });
  }
});

it('does not bring back an answer that was turned down in place', async () => {
  await using mesh = await withTarget();
  const refuse = ({ handoffResult }: Context) => Object.assign(handoffResult as object, { success: false });
  await mesh.launch(routes('front', 'target', refuse));
  const result = await mesh.ask('front', 'q');
  expect(result).toMatchObject({ success: false, response: null, error: { code: 'FAILED_PRECONDITION' } });
});

it('brings back an answer in time, though the hook after it hangs', async () => {
  await using mesh = await withTarget();
  await mesh.launch(routes('front', 'target', () => new Promise(() => {})));
  expect(await mesh.ask('front', 'q', { timeoutMs: 600 })).toMatchObject({ success: true, response: 'T.' });
});

it('tells who was asked when the time is over, and after_handoff why', async () => {
  await using mesh = await withTarget();
  const seen: unknown[] = [];
  class Hang extends Skill {
    @hook('on_message')
    hang() {
      return new Promise<void>(() => {});
    }
  }
  await mesh.launch(new BaseAgent({ name: 'slow', model: scriptedModel('x'), skills: { hang: new Hang() } }));
  const note = (context: Context) => seen.push([context.agentName, context.handoffResult?.error?.code]);
  await mesh.launch(routes('desk', 'slow', note));
  await mesh.launch(routes('front', 'desk', note));
  const result = await mesh.ask('front', 'q', { timeoutMs: 1000 });
  expect(result.error?.code).toBe('DEADLINE_EXCEEDED');
  expect(result.handoffs).toMatchObject([
    { from: 'front', to: 'desk', success: false, error: { code: 'DEADLINE_EXCEEDED' } },
  ]);
  await expect
    .poll(() => new Set(seen.map(String)))
    .toEqual(new Set(['front,DEADLINE_EXCEEDED', 'desk,DEADLINE_EXCEEDED']));
});

it('rejects what is wrong with a question before anything is published', async () => {
  await using mesh = await withTarget();
  for (const [options, name] of [
    [{ user: '' }, '"user"'],
    [{ scopes: 'admin' }, '"scopes"'],
    [{ conversation: 5 }, '"conversation"'],
    [{ retries: 'often' }, '"retries"'],
    [{ signal: 5 }, '"signal"'],
    [null, 'options'],
  ] as const) {
    const refusal = { code: 'INVALID_ARGUMENT', message: expect.stringContaining(name) };
    await expect(mesh.ask('target', 'q', options as never)).rejects.toMatchObject(refusal);
    const events = mesh.stream('target', 'q', options as never);
    await expect(events[Symbol.asyncIterator]().next()).rejects.toMatchObject(refusal);
  }
  for (const question of [null, 5, [], [{ role: 'wizard', content: 'q' }]]) {
    await expect(mesh.ask('target', question as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  }
});
