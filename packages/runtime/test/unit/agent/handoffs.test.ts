import { afterEach, describe, expect, it, vi } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { BatonError, HandoffError } from '../../../src/wire/error.ts';
import type { HandoffOutcome } from '../../../src/wire/result.ts';
import { answered, type FakePortOptions, fakePort, memoryLog } from '../support/fake-port.ts';

type Steps = Partial<Record<'before' | 'after' | 'last', (context: Context) => unknown>>;

/** An agent that always hands off to `desk`, with hooks that write down their turn. */
function handsOff(steps: Steps = {}, options: FakePortOptions = {}) {
  const turns: string[] = [];
  class Routing extends Skill {
    @handoff('desk', { metadata: { priority: 'high', price: 5 } })
    always() {
      return true;
    }

    @hook('before_handoff')
    before(context: Context) {
      turns.push('before');
      return steps.before?.(context);
    }

    @hook('after_handoff')
    after(context: Context) {
      turns.push(`after ${context.handoffResult?.success}`);
      return steps.after?.(context);
    }

    @hook('finalize_connection')
    last(context: Context) {
      turns.push('last');
      return steps.last?.(context);
    }
  }
  const agent = new BaseAgent({ name: 'front', skills: { routing: new Routing() } });
  const port = fakePort(options);
  const log = memoryLog();
  agent.attach(port, log);
  return { agent, port, log, turns, ask: () => agent.run('help me') };
}

afterEach(() => void vi.useRealTimers());

describe('a handoff', () => {
  it('is prepared, carried out, looked at, and only then is the run over', async () => {
    const { ask, turns, port } = handsOff();
    const result = await ask();
    expect(turns).toEqual(['before', 'after true', 'last']);
    expect(result).toMatchObject({ success: true, response: 'desk answers', agent: 'desk', fallback: false });
    expect(result.handoffs).toMatchObject([{ from: 'front', to: 'desk', mode: 'call', success: true }]);
    expect(port.orders).toMatchObject([
      { target: 'desk', metadata: { priority: 'high', price: 5 }, context: {} },
    ]);
  });

  it('takes what people and agents said, and no instructions', async () => {
    const { agent, port } = handsOff();
    await agent.run([
      { role: 'system', content: 'obey me' },
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'two' },
      { role: 'tool', content: 'raw' },
      { role: 'user', content: 'three' },
    ]);
    expect(port.orders[0]?.messages.map(({ content }) => content)).toEqual(['one', 'two', 'three']);
  });

  it('takes what before_handoff wrote, and nothing else of the context', async () => {
    const { ask, port } = handsOff({
      before: (context) => {
        context.set('secret', 1);
        context.handoffContext = { ...context.handoffContext, intent: 'buy' };
        context.handoffMetadata.tier = 'gold';
        context.handoffMetadata.priority = 'low';
      },
    });
    await ask();
    expect(port.orders[0]?.context).toEqual({ intent: 'buy' });
    expect(port.orders[0]?.metadata).toEqual({ priority: 'low', price: 5, tier: 'gold' });
    expect(JSON.stringify(port.orders[0])).not.toContain('secret');
  });

  it('is checked before the hooks and once more after them, and goes where a hook sends it', async () => {
    const { ask, port } = handsOff({
      before: (context) => {
        context.handoffAgent = 'elsewhere';
      },
    });
    expect((await ask()).agent).toBe('elsewhere');
    expect(port.checked).toEqual(['desk', 'elsewhere']);
    expect(port.orders.map(({ target }) => target)).toEqual(['elsewhere']);
  });

  it('does not lose its context to a hook that returns nothing, or returns something', async () => {
    const { ask, port } = handsOff({
      before: (context) => {
        context.handoffContext.kept = true;
        return { handoffContext: 'ignored' };
      },
    });
    await ask();
    expect(port.orders[0]?.context).toEqual({ kept: true });
  });

  it('has the time its metadata gives it, and never more than the run', async () => {
    const seconds = [30, 500];
    for (const timeout of seconds) {
      const { agent, port } = handsOff({
        before: (context) => {
          context.handoffMetadata.timeout = timeout;
        },
      });
      const now = Date.now();
      await agent.run('q', { timeoutMs: 100_000 });
      const left = (port.orders[0]?.scope.expiresAt ?? 0) - now;
      expect(Math.round(left / 1000)).toBe(Math.min(timeout, 100));
    }
  });

  it('is refused for a timeout or priority that is none, before anything is published', async () => {
    for (const [field, value] of [
      ['timeout', -1],
      ['timeout', 'soon'],
      ['priority', 'urgent'],
    ] as const) {
      const { ask, port, turns } = handsOff({
        before: (context) => {
          context.handoffMetadata[field] = value;
        },
      });
      expect((await ask()).error).toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(`"${field}"`),
      });
      expect(port.orders).toEqual([]);
      expect(turns).toEqual(['before', 'after false', 'last']);
    }
  });

  it('fails where there is no mesh, saying so', async () => {
    class Routing extends Skill {
      @handoff('desk')
      always() {
        return true;
      }
    }
    const result = await new BaseAgent({ name: 'front', skills: { routing: new Routing() } }).run('q');
    expect(result.error).toMatchObject({
      code: 'FAILED_PRECONDITION',
      message: expect.stringContaining('not on a mesh'),
    });
  });
});

describe('before_handoff that throws', () => {
  it.each([
    ['a HandoffError', () => new HandoffError('no'), 'FAILED_PRECONDITION'],
    [
      'a HandoffError with a code',
      () => new HandoffError('no', { code: 'PAYMENT_REQUIRED' }),
      'PAYMENT_REQUIRED',
    ],
    ['a BatonError', () => new BatonError('PERMISSION_DENIED', 'no'), 'PERMISSION_DENIED'],
    ['anything else', () => new TypeError('no'), 'INTERNAL'],
    [
      'a HandoffError that lost its code',
      () => Object.assign(new HandoffError('no'), { code: 'TIMEOUT' }),
      'INTERNAL',
    ],
  ])('%s aborts the handoff, and after_handoff sees it failed', async (_what, error, code) => {
    const { ask, port, turns } = handsOff({
      before: () => {
        throw error();
      },
    });
    const result = await ask();
    expect(result).toMatchObject({ success: false, response: null, error: { code, message: 'no' } });
    expect(result.handoffs).toMatchObject([{ success: false, error: { code } }]);
    expect(port.orders).toEqual([]);
    expect(turns).toEqual(['before', 'after false', 'last']);
  });
});

describe('after_handoff', () => {
  it('that throws keeps the answer, and is logged by name', async () => {
    const { ask, log } = handsOff({
      after: () => {
        throw new Error('my mistake');
      },
    });
    expect(await ask()).toMatchObject({ success: true, response: 'desk answers' });
    expect(log.lines.find((line) => line.hook)).toMatchObject({ hook: 'routing.after' });
  });

  it.each<[string, HandoffOutcome | undefined, object]>([
    [
      'with an answer alone',
      { success: true, response: 'mine' },
      { success: true, response: 'mine', fallback: false },
    ],
    ['without an answer', { success: true }, { success: true, response: null }],
    ['with nothing', undefined, { success: true, response: 'desk answers' }],
    [
      'with a failure',
      { success: false },
      { success: false, response: null, error: { code: 'FAILED_PRECONDITION' } },
    ],
    ['with a text', 'mine' as never, { success: true, response: 'desk answers' }],
    [
      'with an answer that is no text',
      { success: true, response: 7 } as never,
      { success: true, response: 'desk answers' },
    ],
  ])('may replace the result %s', async (_what, outcome, expected) => {
    const { ask } = handsOff({
      after: (context) => {
        context.handoffResult = outcome;
      },
    });
    expect(await ask()).toMatchObject(expected);
  });

  it('turns a failure into a success without a trace of the error, but not in the record', async () => {
    const failed = answered({ target: 'desk', id: 'x' } as never, {
      success: false,
      response: null,
      error: new BatonError('UNAVAILABLE', 'gone').toJSON(),
    });
    const { ask } = handsOff(
      {
        after: (context) => {
          context.handoffResult = { success: true, response: 'I can help', fallback: true };
        },
      },
      { answer: () => failed },
    );
    const result = await ask();
    expect(result).toMatchObject({ success: true, response: 'I can help', fallback: true });
    expect(result).not.toHaveProperty('error');
    expect(result.handoffs).toMatchObject([{ success: false, error: { code: 'UNAVAILABLE' } }]);
  });

  it('sees an empty answer as an answer', async () => {
    const { ask, turns } = handsOff({}, { answer: (order) => answered(order, { response: '' }) });
    expect(await ask()).toMatchObject({ success: true, response: '' });
    expect(turns).toContain('after true');
  });

  it('runs once when the run’s own time is over, before the run is', async () => {
    vi.useFakeTimers();
    const { agent, turns } = handsOff(
      {},
      {
        answer: (order) =>
          new Promise((resolve) => {
            order.scope.signal.addEventListener('abort', () =>
              resolve(
                answered(order, {
                  success: false,
                  response: null,
                  error: new BatonError('DEADLINE_EXCEEDED', 'late').toJSON(),
                }),
              ),
            );
          }),
      },
    );
    const asked = agent.run('q', { timeoutMs: 500 });
    await vi.advanceTimersByTimeAsync(500);
    const result = await asked;
    expect(result.error?.code).toBe('DEADLINE_EXCEEDED');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(turns.filter((turn) => turn.startsWith('after'))).toEqual(['after false']);
  });
});
