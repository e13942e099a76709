import { randomUUID } from 'node:crypto';
import { BaseAgent, type Context, handoff, hook, join, type Mesh, Skill } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { expect, inject, it } from 'vitest';
import { PaymentSkill } from '../../src/index.ts';

const usd = (amount: number) => ({ amount, currency: 'USD' });

/** A member, and an account of ada's with 10.00 on it. */
async function bank() {
  const owner = `t-${randomUUID().slice(0, 8)}`;
  const mesh = await join({ server: inject('broker'), owner });
  const payment = new PaymentSkill();
  await mesh.launch(new BaseAgent({ name: 'bank', skills: { payment } }));
  await payment.deposit({ userId: 'ada', amount: '10.00' });
  const spent = async () => 1000 - (await payment.balance('ada')).available;
  return { mesh, spent, [Symbol.asyncDispose]: () => mesh.close() };
}

/** Hands to one agent, again and again, with what it names. */
class To extends Skill {
  readonly left: (number | undefined)[] = [];
  readonly #target: string;
  readonly #budget: number | undefined;

  constructor(target: string, budget?: number) {
    super();
    this.#target = target;
    this.#budget = budget;
  }

  @handoff()
  always() {
    return this.#target;
  }

  @hook('before_handoff')
  name({ handoffMetadata, budget }: Context) {
    this.left.push(budget?.amount);
    if (this.#budget !== undefined) handoffMetadata.budget = usd(this.#budget);
  }

  @hook('after_handoff')
  note({ budget }: Context) {
    this.left.push(budget?.amount);
  }
}

const cards = (mesh: Mesh) => expect.poll(() => mesh.agents().every(({ card }) => card)).toBe(true);

it('shrinks along a chain: who was given 1.00 and gives 0.40 has no more than 0.60', async () => {
  await using at = await bank();
  const inside: unknown[] = [];
  const extras = new PaymentSkill();
  /** Charges for what it looks up: twice 0.20, and then what is no longer there. */
  class Extras extends Skill {
    @hook('on_message')
    async charge({ budget, peerUserId: userId }: Context) {
      inside.push(budget?.amount);
      for (const amount of [20, 20]) inside.push(await extras.chargeUser({ userId, amount }));
      inside.push(
        await extras.chargeUser({ userId, amount: 1 }).catch(({ code, message }) => [code, message]),
      );
    }
  }
  const skills = { extras: new Extras(), payment: extras };
  await at.mesh.launch(
    new BaseAgent({ name: 'expert', model: scriptedModel('Yes.'), price: usd(30), skills }),
  );
  const mid = { to: new To('expert', 40), payment: new PaymentSkill() };
  await at.mesh.launch(new BaseAgent({ name: 'mid', skills: mid }));
  // It has no PaymentSkill, and passes on what it was given.
  const front = new To('mid');
  await at.mesh.launch(new BaseAgent({ name: 'front', skills: { front } }));
  await cards(at.mesh);
  const result = await at.mesh.ask('front', 'q', { user: 'ada', budget: usd(100) });
  expect(result.response).toBe('Yes.');
  expect(inside).toEqual([
    40,
    true,
    true,
    ['PAYMENT_REQUIRED', 'payment required: 0.01 USD is more than is left of the budget, 0.00 USD'],
  ]);
  expect([front.left, mid.to.left]).toEqual([
    [100, 30],
    [100, 30],
  ]);
  expect([result.spent, await at.spent()]).toEqual([usd(70), 70]);
});

it('lets a loop spend what the root was given, and not a cent more', async () => {
  await using at = await bank();
  await at.mesh.launch(new BaseAgent({ name: 'expert', model: scriptedModel('Again.'), price: usd(30) }));
  const skills = { to: new To('expert'), payment: new PaymentSkill() };
  await at.mesh.launch(new BaseAgent({ name: 'front', skills, maxChain: 50 }));
  await cards(at.mesh);
  const { error, spent } = await at.mesh.ask('front', 'q', { user: 'ada', budget: usd(100) });
  expect([error?.code, error?.target, spent]).toEqual(['PAYMENT_REQUIRED', 'expert', usd(90)]);
  expect(error?.message).toBe('payment required: 0.30 USD is more than is left of the budget, 0.10 USD');
  expect(await at.spent()).toBe(90);
});

it('lets handoffs side by side spend no more than the run has', async () => {
  await using at = await bank();
  const names = ['ann', 'bob', 'cas'];
  for (const name of names) {
    await at.mesh.launch(new BaseAgent({ name, model: scriptedModel(`${name} knows.`), price: usd(40) }));
  }
  await cards(at.mesh);
  const callAll = scriptedModel(
    ({ tools }) =>
      tools.map(({ name }, index) => ({ type: 'tool_call' as const, id: `${index}`, name, arguments: '{}' })),
    'All have answered.',
  );
  const skills = { payment: new PaymentSkill() };
  await at.mesh.launch(new BaseAgent({ name: 'front', model: callAll, handoffs: names, skills }));
  const result = await at.mesh.ask('front', 'q', { user: 'ada', budget: usd(100) });
  expect(result.handoffs.filter(({ success }) => success)).toHaveLength(2);
  expect(result.handoffs.find(({ error }) => error)?.error?.code).toBe('PAYMENT_REQUIRED');
  expect([result.spent, await at.spent()]).toEqual([usd(80), 80]);
});

it('gives a fallback what the refund of the first gave back', async () => {
  await using at = await bank();
  const failing = scriptedModel(() => {
    throw new Error('out of sorts');
  });
  await at.mesh.launch(new BaseAgent({ name: 'first', model: failing, price: usd(50) }));
  await at.mesh.launch(new BaseAgent({ name: 'second', model: scriptedModel('Here.'), price: usd(50) }));
  class Fallback extends Skill {
    @handoff('first', { fallback: ['second'] })
    always() {
      return true;
    }
  }
  const skills = { fallback: new Fallback(), payment: new PaymentSkill() };
  await at.mesh.launch(new BaseAgent({ name: 'front', skills }));
  await cards(at.mesh);
  const result = await at.mesh.ask('front', 'q', { user: 'ada', budget: usd(50) });
  expect([result.response, result.spent, await at.spent()]).toEqual(['Here.', usd(50), 50]);
});

it('is not charged in another currency', async () => {
  await using at = await bank();
  await at.mesh.launch(new BaseAgent({ name: 'expert', model: scriptedModel('Yes.'), price: usd(30) }));
  const skills = { to: new To('expert'), payment: new PaymentSkill() };
  await at.mesh.launch(new BaseAgent({ name: 'front', skills }));
  await cards(at.mesh);
  const budget = { amount: 100, currency: 'EUR' };
  const { error, spent } = await at.mesh.ask('front', 'q', { user: 'ada', budget });
  expect([error?.code, error?.message]).toEqual([
    'FAILED_PRECONDITION',
    'the budget is in EUR; this agent pays in USD',
  ]);
  expect([spent, await at.spent()]).toEqual([{ amount: 0, currency: 'EUR' }, 0]);
});
