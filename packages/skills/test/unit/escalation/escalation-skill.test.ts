import {
  BaseAgent,
  BatonError,
  type Context,
  createLog,
  type HandoffPort,
  hook,
  Skill,
  type Store,
} from '@baton/runtime';
import { describe, expect, it } from 'vitest';
import { type EscalationOptions, EscalationSkill } from '../../../src/index.ts';
import { memoryStore } from '../support/memory-store.ts';

const log = await createLog({ level: 'silent' });

/** Hands every message to people, or asks them, and answers with what comes of it. */
class Desk extends Skill {
  readonly how: (skill: EscalationSkill) => Promise<string>;

  constructor(how: (skill: EscalationSkill) => Promise<string>) {
    super();
    this.how = how;
  }

  @hook('on_message')
  async onMessage(context: Context) {
    context.answer = await this.how(this.skill('escalation'));
  }
}

interface Setting {
  readonly options?: EscalationOptions;
  readonly how?: (skill: EscalationSkill) => Promise<string>;
  readonly store?: () => Promise<Store>;
}

function deskWith({ options, how = (skill) => skill.escalateToHuman({ reason: 'x' }), store }: Setting) {
  const skills = { escalation: new EscalationSkill(options), desk: new Desk(how) };
  const agent = new BaseAgent({ name: 'desk', skills });
  const kept = memoryStore();
  const port = { owner: 'test', store: store ?? (async () => kept) } as Partial<HandoffPort> as HandoffPort;
  agent.attach(port, log);
  return { agent, store: kept };
}

describe('escalateToHuman', () => {
  it('says what it is told to promise', async () => {
    const { agent } = deskWith({ options: { promise: 'two working days' } });
    expect((await agent.run('hello')).response).toMatch(
      /#\w{6}\. A human agent will contact you within two working days\.$/,
    );
  });

  it.each([{ reason: undefined }, {}, undefined])(
    'refuses %j, which says no reason, and tells no customer',
    async (why) => {
      const { agent, store } = deskWith({ how: (skill) => skill.escalateToHuman(why as never) });
      const result = await agent.run('hello');
      expect(result).toMatchObject({ response: null, error: { code: 'INVALID_ARGUMENT' } });
      expect(result.error?.message).toContain('"reason" must be a text');
      expect(await store.keys()).toEqual([]);
    },
  );

  it.each(['UNAVAILABLE', 'FAILED_PRECONDITION', 'INTERNAL'] as const)(
    'tells the customer that there is no ticket, and what to do, when the store is %s',
    async (code) => {
      const store = async () => {
        throw new BatonError(code, 'no store');
      };
      const { agent } = deskWith({ store, options: { otherwise: 'Please call 555.' } });
      const { success, response } = await agent.run('hello');
      expect([success, response]).toEqual([
        true,
        "I'm sorry, I could not create a support ticket just now, so no human agent knows of this. Please call 555.",
      ]);
    },
  );

  it('makes a ticket once the store is back', async () => {
    const kept = memoryStore();
    let isDown = true;
    const store = async () => {
      if (isDown) throw new BatonError('UNAVAILABLE', 'no store');
      return kept;
    };
    const { agent } = deskWith({ store });
    expect((await agent.run('hello')).response).not.toContain('#');
    isDown = false;
    expect((await agent.run('hello')).response).toContain('#');
  });

  it('needs a run', async () => {
    await expect(new EscalationSkill().escalateToHuman({ reason: 'x' })).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
    });
  });

  it('does not wait past the time the run has left', async () => {
    const { agent } = deskWith({ options: { waitSeconds: 3600 } });
    const { success, response } = await agent.run('hello', { timeoutMs: 2300 });
    expect([success, response]).toEqual([true, expect.stringContaining('#')]);
  });

  it('keeps a conversation of a megabyte within what the broker takes', async () => {
    const { agent, store } = deskWith({});
    const messages = Array.from({ length: 1000 }, () => ({
      role: 'user' as const,
      content: 'x'.repeat(2000),
    }));
    expect((await agent.run(messages)).response).toContain('#');
    const sizes = [...store.values.values()].map((value) => JSON.stringify(value).length);
    expect(Math.max(...sizes)).toBeLessThan(200_000);
  });
});

describe('askHuman', () => {
  const how = (skill: EscalationSkill) => skill.askHuman({ question: 'which order?' });

  it('gives the answer of whoever asked', async () => {
    const { agent, store } = deskWith({ how });
    const asked: string[] = [];
    const onQuery = ({ prompt }: { prompt: string }) => {
      asked.push(prompt);
      return '42';
    };
    expect((await agent.run('hello', { onQuery })).response).toBe('42');
    expect([asked, store.values.size]).toEqual([['which order?'], 0]);
  });

  it('makes a ticket of the question where nobody answers in mid-stream, or in time', async () => {
    const { agent, store } = deskWith({ how, options: { askSeconds: 0.02 } });
    expect((await agent.run('hello')).response).toContain('#');
    expect((await agent.run('hello', { onQuery: () => new Promise(() => {}) })).response).toContain('#');
    const reasons = [...store.values.values()].map((value) => (value as { reason?: string }).reason);
    expect(reasons.filter(Boolean)).toEqual(['which order?', 'which order?']);
  });

  it('refuses an empty question', async () => {
    const { agent } = deskWith({ how: (skill) => skill.askHuman({ question: ' ' }) });
    expect((await agent.run('hello', { onQuery: () => '42' })).error).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });
});

it('does not keep a customer from an answer because the store is away', async () => {
  const store = async () => {
    throw new BatonError('UNAVAILABLE', 'no store');
  };
  const { agent } = deskWith({ store, how: async () => 'hi' });
  expect(await agent.run('hello')).toMatchObject({ success: true, response: 'hi' });
});

it.each([
  ['waitSeconds', -1],
  ['askSeconds', 0],
  ['ttlMs', Number.NaN],
])('refuses %s of %s', (name, value) => {
  expect(() => new EscalationSkill({ [name]: value })).toThrow(
    expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringContaining(`"${name}"`) }),
  );
});
