import { expect, it, vi } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook } from '../../../src/agent/decorators.ts';
import type { HandoffOrder, RunScope } from '../../../src/agent/port.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { abortError } from '../../../src/wire/abort.ts';
import type { HandoffResult } from '../../../src/wire/result.ts';
import { answered, type FakePortOptions, fakePort, memoryLog } from '../support/fake-port.ts';

it.each(['after_handoff', 'finalize_connection'] as const)(
  '%s that does not come back is named in the log, and the answer goes on without it',
  async (moment) => {
    const turns: string[] = [];
    class Hang extends Skill {
      @handoff('desk')
      always() {
        return true;
      }

      @hook(moment)
      hang() {
        return new Promise<void>(() => {});
      }

      @hook(moment)
      next() {
        turns.push('next');
      }
    }
    const agent = new BaseAgent({ name: 'front', skills: { hang: new Hang() } });
    const log = memoryLog();
    agent.attach(fakePort(), log);
    vi.useFakeTimers();
    try {
      // Where there is less time it has half of that, so that the answer is still in time.
      for (const [timeoutMs, boundMs] of [
        [120_000, 5000],
        [3000, 1500],
      ] as const) {
        const asked = agent.run('q', { timeoutMs });
        let isOver = false;
        void asked.then(() => {
          isOver = true;
        });
        await vi.advanceTimersByTimeAsync(boundMs - 1);
        expect(isOver).toBe(false);
        await vi.advanceTimersByTimeAsync(1);
        expect(isOver).toBe(true);
        expect(await asked).toMatchObject({ success: true, response: 'desk answers', agent: 'desk' });
        expect(vi.getTimerCount()).toBe(0);
      }
    } finally {
      vi.useRealTimers();
    }
    expect(turns).toEqual(['next', 'next']);
    expect(log.lines.filter(({ hook: name }) => name === 'hang.hang')).toHaveLength(2);
  },
);

it('after_handoff of a durable run is waited for longer: nobody holds the line for it', async () => {
  class Slow extends Skill {
    @handoff('desk')
    always() {
      return true;
    }

    @hook('after_handoff')
    hang() {
      return new Promise<void>(() => {});
    }
  }
  const agent = new BaseAgent({ name: 'front', skills: { slow: new Slow() } });
  agent.attach(fakePort(), memoryLog());
  vi.useFakeTimers();
  try {
    let isOver = false;
    const input = { messages: [{ role: 'user' as const, content: 'q' }], inbound: undefined };
    const asked = agent.execute({ ...input, scope: durableScope(120_000) }, () => {});
    void asked.then(() => {
      isOver = true;
    });
    await vi.advanceTimersByTimeAsync(29_999);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(isOver).toBe(true);
    expect(await asked).toMatchObject({ success: true });
  } finally {
    vi.useRealTimers();
  }
});

it('after_handoff may take longer while it waits for another agent', async () => {
  class Mend extends Skill {
    @handoff('desk')
    always() {
      return true;
    }

    @hook('after_handoff')
    async mend(context: Context) {
      context.handoffResult = await context.query('general', 'q');
    }
  }
  const agent = new BaseAgent({ name: 'front', skills: { mend: new Mend() } });
  const answer = async (order: HandoffOrder) => {
    if (order.target === 'general') await new Promise((resolve) => setTimeout(resolve, 60_000));
    return answered(order);
  };
  agent.attach(fakePort({ answer }), memoryLog());
  vi.useFakeTimers();
  try {
    const asked = agent.run('q');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await asked).toMatchObject({ response: 'general answers' });
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

it('finalize_connection that does not come back keeps the answer no longer than the run may take', async () => {
  class Hang extends Skill {
    @hook('finalize_connection')
    hang() {
      return new Promise<void>(() => {});
    }
  }
  const agent = new BaseAgent({ name: 'x', model: scriptedModel('hi'), skills: { hang: new Hang() } });
  vi.useFakeTimers();
  try {
    const asked = agent.run('q', { timeoutMs: 1000 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(await asked).toMatchObject({ success: true, response: 'hi' });
  } finally {
    vi.useRealTimers();
  }
});

it.each<[string, () => unknown, FakePortOptions]>([
  ['a before_handoff hook', () => new Promise(() => {}), {}],
  ['a target', () => {}, { answer: hangsUntilAborted }],
])(
  '%s that hangs to the deadline is on record, and after_handoff sees why',
  async (_what, before, options) => {
    const seen: unknown[] = [];
    class Routing extends Skill {
      @handoff('desk')
      always() {
        return true;
      }

      @hook('before_handoff')
      before() {
        return before();
      }

      @hook('after_handoff')
      after({ handoffResult }: Context) {
        seen.push(handoffResult?.error?.code);
      }

      @hook('finalize_connection')
      last({ result }: Context) {
        seen.push(result?.handoffs.length);
      }
    }
    const agent = new BaseAgent({ name: 'front', skills: { routing: new Routing() } });
    agent.attach(fakePort(options), memoryLog());
    vi.useFakeTimers();
    try {
      const asked = agent.run('q', { timeoutMs: 500 });
      await vi.advanceTimersByTimeAsync(500);
      expect(await asked).toMatchObject({
        success: false,
        response: null,
        error: { code: 'DEADLINE_EXCEEDED' },
        handoffs: [{ to: 'desk', success: false, error: { code: 'DEADLINE_EXCEEDED' } }],
      });
    } finally {
      vi.useRealTimers();
    }
    expect(seen).toEqual(['DEADLINE_EXCEEDED', 1]);
  },
);

/** As the real port does: gives up when the run does. */
function hangsUntilAborted(order: HandoffOrder): Promise<HandoffResult> {
  const { signal } = order.scope;
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      const error = abortError(signal).toJSON();
      resolve(answered(order, { success: false, response: null, error }));
    });
  });
}

function durableScope(leftMs: number): RunScope {
  return {
    id: 'run',
    conversation: 'run',
    path: ['acme/front'],
    hops: 0,
    maxHops: 10,
    expiresAt: Date.now() + leftMs,
    caller: { user: undefined, scopes: [] },
    signal: new AbortController().signal,
    traceparent: undefined,
    canAnswer: false,
    journal: {
      lineage: ['run'],
      once: async (_key, effect) => effect('key'),
      handoffId: () => 'step',
      handOn: () => {
        throw new Error('nothing is handed on here');
      },
      progress: () => {},
    },
  };
}
