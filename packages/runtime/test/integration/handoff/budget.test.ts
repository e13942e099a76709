import { expect, it } from 'vitest';
import { BaseAgent } from '../../../src/agent/agent.ts';
import type { Context } from '../../../src/agent/context.ts';
import { handoff, hook } from '../../../src/agent/decorators.ts';
import { Skill } from '../../../src/agent/skill.ts';
import { scriptedModel } from '../../../src/testing/models.ts';
import { type ForeignHostOptions, knows, startForeignHost, untilSees } from '../support/foreign-host.ts';
import { joinTest, newOwner } from '../support/mesh.ts';

const usd = (amount: number) => ({ amount, currency: 'USD' });
const ACK = { type: 'status', data: 'ack' };
const REFUSAL = { 'Nats-Service-Error-Code': '403', 'Nats-Service-Error': 'not you' };

/** Hands to "target" with a quarter of what it has. */
class Front extends Skill {
  @handoff('target', { metadata: { timeout: 0.4, budget: usd(25) } })
  always() {
    return true;
  }
}

/** A front desk with 1.00, and a target written by hand. */
async function front(answer: NonNullable<ForeignHostOptions['answer']>) {
  const owner = newOwner();
  const mesh = await joinTest(owner);
  const host = await startForeignHost({ owner, name: 'target', kind: 'baton', answer });
  await mesh.launch(new BaseAgent({ name: 'front', skills: { front: new Front() } }));
  await untilSees(mesh, knows('target'));
  const ask = () => mesh.ask('front', 'q', { budget: usd(100) });
  return {
    mesh,
    host,
    ask,
    async [Symbol.asyncDispose]() {
      await Promise.all([mesh.close(), host.client.close()]);
    },
  };
}

it.each<[string, NonNullable<ForeignHostOptions['answer']>]>([
  ['goes silent after its ack', ({ chunk }) => chunk(ACK)],
  ['never says a word', () => {}],
  [
    'fails after its ack',
    ({ chunk, raw, end }) => {
      chunk(ACK);
      raw('', REFUSAL);
      end();
    },
  ],
  [
    'answers and does not say what it spent',
    ({ chunk, end }) => {
      chunk(ACK);
      chunk({ type: 'response', data: 'here' });
      end();
    },
  ],
])('counts what a target was given as spent when it %s', async (_what, answer) => {
  await using at = await front(answer);
  expect((await at.ask()).spent).toEqual(usd(25));
});

it('counts nothing as spent by a target that refuses before its ack', async () => {
  await using at = await front(({ raw, end }) => {
    raw('', REFUSAL);
    end();
  });
  const { error, spent } = await at.ask();
  expect([error?.code, spent]).toEqual(['PERMISSION_DENIED', usd(0)]);
});

it('counts nothing as spent by a target that is not there', async () => {
  await using at = await front(() => {});
  await at.host.client.close();
  const { error, spent } = await at.ask();
  expect([error?.code, spent]).toEqual(['UNAVAILABLE', usd(0)]);
});

it('gives a second try only what the first has certainly not spent', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  const given: unknown[] = [];
  const told = [{ spent: usd(30) }, {}, { spent: usd(0) }];
  const card = { name: 'target', owner, description: '', version: '1.0.0', idempotent: true };
  await using _host = await startForeignHost({
    owner,
    name: 'target',
    kind: 'baton',
    metadata: { card: JSON.stringify(card) },
    answer: ({ request, chunk, raw, end }) => {
      const { baton } = JSON.parse(request) as { baton: { id: string; budget: unknown } };
      const result = {
        agent: 'target',
        conversation: 'c',
        id: baton.id,
        durationMs: 1,
        handoffs: [],
        insights: {},
      };
      const last = { ...result, success: false, response: null, fallback: false, ...told[given.length] };
      given.push(baton.budget);
      chunk(ACK);
      const body = { error: 'unavailable', ...('spent' in last && { baton: last }) };
      raw(JSON.stringify(body), { 'Nats-Service-Error-Code': '500', 'Nats-Service-Error': 'lost' });
      end();
    },
  });
  await untilSees(mesh, knows('target'));
  const { spent } = await mesh.ask('target', 'q', { budget: usd(100), retries: 2 });
  expect(given).toEqual([usd(100), usd(70), usd(0)]);
  expect(spent).toEqual(usd(100));
});

it('tells an agent what it may spend, and those below it no more than that', async () => {
  const owner = newOwner();
  await using mesh = await joinTest(owner);
  const seen: unknown[] = [];
  class Purse extends Skill {
    readonly #target: string | undefined;
    constructor(target?: string) {
      super();
      this.#target = target;
    }
    @handoff()
    next() {
      return this.#target;
    }
    @hook('on_message')
    look({ agentName, budget }: Context) {
      seen.push([agentName, JSON.parse(JSON.stringify(budget ?? null))]);
      if (agentName === 'c') budget?.take('a charge', 15);
    }
    @hook('before_handoff')
    share({ agentName, handoffMetadata }: Context) {
      // More than it has itself is no more than it has.
      handoffMetadata.budget = usd(agentName === 'a' ? 40 : 5000);
    }
  }
  const agent = (name: string, target?: string) =>
    new BaseAgent({ name, model: scriptedModel('done'), skills: { purse: new Purse(target) } });
  for (const each of [agent('a', 'b'), agent('b', 'c'), agent('c')]) await mesh.launch(each);
  const result = await mesh.ask('a', 'q', { budget: usd(100) });
  expect(seen).toEqual([
    ['a', usd(100)],
    ['b', usd(40)],
    ['c', usd(40)],
  ]);
  expect(result.spent).toEqual(usd(15));
  expect((await mesh.ask('c', 'q')).spent).toBeUndefined();
});
