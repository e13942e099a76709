import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import type { Mesh } from '../../../src/mesh.ts';
import { echoModel, scriptedModel } from '../../../src/testing/models.ts';
import { HandoffError } from '../../../src/wire/error.ts';
import { joinTest, newOwner } from '../support/mesh.ts';

const specialist = (name: string, answer: string) => new BaseAgent({ name, model: scriptedModel(answer) });

class Router extends Skill {
  readonly seen: unknown[] = [];

  @handoff('finance', { description: 'money questions' })
  needsFinance(query: string) {
    return query.includes('stock');
  }

  @handoff()
  async byTopic(query: string) {
    return query.startsWith('to ') ? query.slice(3) : null;
  }

  @hook('before_handoff')
  prepare(context: Context) {
    context.handoffContext = { intent: 'invest' };
    context.handoffMetadata = { tier: 'gold' };
  }

  @hook('after_handoff')
  note(context: Context) {
    this.seen.push([
      context.handoffAgent,
      context.handoffResult?.success,
      context.handoffResult?.error?.code,
    ]);
  }
}

const router = (skill: Skill = new Router()) =>
  new BaseAgent({ name: 'front', model: scriptedModel('I answer that myself.'), skills: { routing: skill } });

async function twoMembers(): Promise<AsyncDisposable & { front: Mesh; back: Mesh }> {
  const owner = newOwner();
  const [front, back] = await Promise.all([joinTest(owner), joinTest(owner)]);
  return {
    front,
    back,
    async [Symbol.asyncDispose]() {
      await Promise.all([front.close(), back.close()]);
    },
  };
}

it('hands a question to the agent whose condition says yes and returns its answer', async () => {
  await using mesh = await twoMembers();
  await mesh.back.launch(specialist('finance', 'Buy low, sell high.'));
  await mesh.front.launch(router());
  const result = await mesh.back.ask('front', 'what about my stock?');
  expect(result).toMatchObject({ success: true, response: 'Buy low, sell high.', agent: 'finance' });
  expect(result.handoffs).toMatchObject([{ from: 'front', to: 'finance', mode: 'call', success: true }]);
});

it('answers itself when no condition says yes', async () => {
  await using mesh = await twoMembers();
  await mesh.front.launch(router());
  const result = await mesh.back.ask('front', 'hello');
  expect(result).toMatchObject({
    success: true,
    response: 'I answer that myself.',
    agent: 'front',
    handoffs: [],
  });
});

it('carries what before_handoff wrote to the target, and nothing else of the context', async () => {
  await using mesh = await twoMembers();
  const seen: Context[] = [];
  class Look extends Skill {
    @hook('on_message')
    look(context: Context) {
      seen.push(context);
    }
  }
  await mesh.back.launch(
    new BaseAgent({ name: 'finance', model: echoModel(), skills: { look: new Look() } }),
  );
  await mesh.front.launch(router());
  await mesh.back.ask('front', 'stock', { user: 'u-7' });
  expect(seen[0]?.inbound).toMatchObject({
    source: { agent: 'front' },
    context: { intent: 'invest' },
    metadata: { tier: 'gold' },
  });
  expect(seen[0]?.peerUserId).toBe('u-7');
});

it('streams through a handoff as the answer is produced', async () => {
  await using mesh = await twoMembers();
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const model = scriptedModel(async function* () {
    yield { type: 'text' as const, text: 'first ' };
    await gate;
    yield { type: 'text' as const, text: 'second' };
  });
  await mesh.back.launch(new BaseAgent({ name: 'finance', model }));
  await mesh.front.launch(router());
  const seen: string[] = [];
  for await (const event of mesh.back.stream('front', 'stock')) {
    if (event.type === 'text') {
      seen.push(event.text);
      // Only the first piece can have come; the second waits for this very line.
      release();
    }
  }
  expect(seen).toEqual(['first ', 'second']);
});

it('refuses a target that is not on the mesh without waiting, and tells after_handoff', async () => {
  await using mesh = await twoMembers();
  const skill = new Router();
  await mesh.front.launch(router(skill));
  const result = await mesh.back.ask('front', 'to finanse');
  expect(result).toMatchObject({
    success: false,
    response: null,
    error: { code: 'NOT_FOUND', target: 'finanse' },
  });
  expect(result.durationMs).toBeLessThan(500);
  expect(skill.seen).toEqual([['finanse', false, 'NOT_FOUND']]);
});

it.each(['front', 'a.b', '*', '>', 'x'.repeat(300)])('refuses the dynamic target %s', async (target) => {
  await using mesh = await twoMembers();
  await mesh.front.launch(router());
  const result = await mesh.back.ask('front', `to ${target}`);
  expect(result.success).toBe(false);
  expect(result.error?.code).toBe(target === 'front' ? 'LOOP' : 'INVALID_ARGUMENT');
});

it('refuses a handoff that would close a loop, and names the loop', async () => {
  await using mesh = await twoMembers();
  const to = (target: string) =>
    new (class extends Skill {
      @handoff()
      always() {
        return target;
      }
    })();
  await mesh.back.launch(new BaseAgent({ name: 'b', skills: { r: to('c') } }));
  await mesh.back.launch(new BaseAgent({ name: 'c', skills: { r: to('a') } }));
  await mesh.front.launch(new BaseAgent({ name: 'a', skills: { r: to('b') } }));
  const result = await mesh.back.ask('a', 'round and round');
  expect(result.error).toMatchObject({
    code: 'LOOP',
    message: expect.stringMatching(/a -> .*b -> .*c -> .*a$/),
  });
  expect(result.handoffs.map(({ from, to: target }) => `${from}>${target}`)).toEqual(['a>b', 'b>c', 'c>a']);
});

it('stops a chain at the hop limit', async () => {
  await using mesh = await twoMembers();
  for (let i = 0; i < 4; i++) {
    class Next extends Skill {
      @handoff()
      next() {
        return `n${i + 1}`;
      }
    }
    await mesh.back.launch(new BaseAgent({ name: `n${i}`, skills: { next: new Next() } }));
  }
  await mesh.back.launch(specialist('n4', 'the end'));
  expect(await mesh.front.ask('n0', 'go')).toMatchObject({ success: true, response: 'the end' });
  const limited = await mesh.front.ask('n0', 'go', { maxHops: 2 });
  expect(limited.error).toMatchObject({ code: 'LOOP', message: expect.stringContaining('at most 2') });
});

it('publishes nothing when before_handoff throws, and the run fails with that error', async () => {
  await using mesh = await twoMembers();
  const asked: string[] = [];
  class Refuse extends Router {
    @hook('before_handoff', { priority: 10 })
    refuse() {
      throw new HandoffError('not today', { code: 'PAYMENT_REQUIRED' });
    }
  }
  const model = scriptedModel((request) => {
    asked.push('asked');
    return [{ type: 'text', text: String(request.messages.length) }];
  });
  await mesh.back.launch(new BaseAgent({ name: 'finance', model }));
  const skill = new Refuse();
  await mesh.front.launch(router(skill));
  const result = await mesh.back.ask('front', 'stock');
  expect(result.error).toMatchObject({ code: 'PAYMENT_REQUIRED', message: 'not today' });
  expect(asked).toEqual([]);
  expect(skill.seen).toEqual([['finance', false, 'PAYMENT_REQUIRED']]);
});

it('returns what after_handoff left in place of a failure', async () => {
  await using mesh = await twoMembers();
  class Fallback extends Skill {
    @handoff('nobody')
    always() {
      return true;
    }

    @hook('after_handoff')
    rescue(context: Context) {
      if (context.handoffResult?.success) return;
      context.handoffResult = { success: true, response: 'I will try myself.', fallback: true };
    }
  }
  await mesh.front.launch(router(new Fallback()));
  const result = await mesh.back.ask('front', 'help');
  expect(result).toMatchObject({ success: true, response: 'I will try myself.', fallback: true });
});

it('counts a condition that throws as no and asks the next', async () => {
  await using mesh = await twoMembers();
  class Broken extends Router {
    override needsFinance(): boolean {
      throw new Error('broken condition');
    }
  }
  await mesh.front.launch(router(new Broken()));
  expect(await mesh.back.ask('front', 'stock')).toMatchObject({ success: true, agent: 'front' });
});

it('gives up at the deadline, which shrinks along the way', async () => {
  await using mesh = await twoMembers();
  const remaining: number[] = [];
  class Slow extends Skill {
    @hook('on_message')
    async wait(context: Context) {
      remaining.push(context.remainingMs);
      await new Promise((resolve) => context.signal.addEventListener('abort', resolve));
    }
  }
  await mesh.back.launch(
    new BaseAgent({ name: 'finance', model: echoModel(), skills: { slow: new Slow() } }),
  );
  await mesh.front.launch(router());
  const result = await mesh.back.ask('front', 'stock', { timeoutMs: 400 });
  expect(result.error?.code).toBe('DEADLINE_EXCEEDED');
  expect(result.durationMs).toBeLessThan(1500);
  expect(remaining[0]).toBeLessThanOrEqual(400);
});

it('answers with a long text in pieces the broker takes', async () => {
  await using mesh = await twoMembers();
  const long = '\u0001😀'.repeat(400_000);
  await mesh.front.launch(specialist('finance', long));
  const result = await mesh.back.ask('finance', 'all of it');
  expect(result.response === long).toBe(true);
});
