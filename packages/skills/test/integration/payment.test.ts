import { randomUUID } from 'node:crypto';
import { BaseAgent, type Context, HandoffError, handoff, hook, join, Skill } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { expect, inject, it } from 'vitest';
import { type PaymentOptions, PaymentSkill } from '../../src/payment/payment-skill.ts';

const newOwner = () => `t-${randomUUID().slice(0, 8)}`;
const joinMesh = (owner: string) => join({ server: inject('broker'), owner });
const usd = (amount: number) => ({ amount, currency: 'USD' });
const failing = () =>
  scriptedModel(() => {
    throw new Error('the expert is out of sorts');
  });

/** Hands everything to one agent, and stands in for it with `rescue` when it fails. */
class Desk extends Skill {
  readonly #target: string;

  constructor(target: string) {
    super();
    this.#target = target;
  }

  @handoff()
  always() {
    return this.#target;
  }
}

class DeskWithFallback extends Skill {
  @handoff('expert', { fallback: ['helper'] })
  always() {
    return true;
  }
}

interface DeskOptions {
  readonly owner: string;
  readonly skill?: Skill;
  readonly options?: PaymentOptions;
}

/** A member with a desk that pays. */
async function payingDesk({ owner, skill = new Desk('expert'), options = {} }: DeskOptions) {
  const mesh = await joinMesh(owner);
  const payment = new PaymentSkill(options);
  await mesh.launch(new BaseAgent({ name: 'desk', skills: { desk: skill, payment } }));
  return { mesh, payment, [Symbol.asyncDispose]: () => mesh.close() };
}

const expert = (price: number, model = scriptedModel('The expert answers.')) =>
  new BaseAgent({ name: 'expert', model, price: usd(price) });

it('charges the price on the card when the handoff succeeds', async () => {
  await using desk = await payingDesk({ owner: newOwner() });
  const { mesh, payment } = desk;
  await mesh.launch(expert(1250));
  await payment.deposit({ userId: 'ada', amount: '20.00' });
  // The card comes a moment after the agent; a handoff waits for it.
  await expect.poll(() => payment.isPremiumAgent('expert')).toBe(true);
  expect([payment.isPremiumAgent('expert'), payment.getAgentCost('expert')]).toEqual([true, 1250]);
  const result = await mesh.ask('desk', 'hello', { user: 'ada' });
  expect(result.response).toBe('The expert answers.');
  expect(await payment.balance('ada')).toEqual({ available: 750, reserved: 0 });
  expect(await payment.earned('expert')).toBe(1250);
});

it('refuses a user with too little, or none, and the target is not asked', async () => {
  const model = scriptedModel('The expert answers.');
  await using desk = await payingDesk({ owner: newOwner() });
  const { mesh, payment } = desk;
  await mesh.launch(expert(500, model));
  await payment.deposit({ userId: 'ada', amount: 499 });
  const poor = await mesh.ask('desk', 'hello', { user: 'ada' });
  const nobody = await mesh.ask('desk', 'hello');
  for (const { success, error } of [poor, nobody]) {
    expect([success, error?.code, error?.target]).toEqual([false, 'PAYMENT_REQUIRED', 'expert']);
  }
  expect(poor.error?.message).toBe('payment required: "expert" costs 5.00 USD, more than the user has');
  expect(model.requests).toHaveLength(0);
  expect(await payment.balance('ada')).toEqual({ available: 499, reserved: 0 });
  expect(await payment.balance('undefined')).toEqual({ available: 0, reserved: 0 });
});

it('gives the money back when the handoff fails', async () => {
  await using desk = await payingDesk({ owner: newOwner() });
  const { mesh, payment } = desk;
  await mesh.launch(expert(500, failing()));
  await payment.deposit({ userId: 'ada', amount: 500 });
  expect((await mesh.ask('desk', 'hello', { user: 'ada' })).success).toBe(false);
  expect(await payment.balance('ada')).toEqual({ available: 500, reserved: 0 });
  expect(await payment.earned('expert')).toBe(0);
});

it('gives the money back when the target does not answer in time', async () => {
  class Hasty extends Skill {
    @handoff('expert', { metadata: { timeout: 0.2 } })
    always() {
      return true;
    }
  }
  const silent = scriptedModel(async function* ({ signal }) {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    yield { type: 'text' as const, text: 'too late' };
  });
  await using desk = await payingDesk({ owner: newOwner(), skill: new Hasty() });
  const { mesh, payment } = desk;
  await mesh.launch(expert(500, silent));
  await payment.deposit({ userId: 'ada', amount: 500 });
  expect((await mesh.ask('desk', 'hello', { user: 'ada' })).error?.code).toBe('DEADLINE_EXCEEDED');
  expect(await payment.balance('ada')).toEqual({ available: 500, reserved: 0 });
});

it('refuses a price that changes while it is reserved, and gives the money back', async () => {
  class Fickle extends PaymentSkill {
    #price = 500;
    override getAgentCost() {
      return this.#price++;
    }
  }
  await using mesh = await joinMesh(newOwner());
  const payment = new Fickle();
  const model = scriptedModel('The expert answers.');
  await mesh.launch(new BaseAgent({ name: 'desk', skills: { desk: new Desk('expert'), payment } }));
  await mesh.launch(expert(500, model));
  await payment.deposit({ userId: 'ada', amount: 1000 });
  const { error } = await mesh.ask('desk', 'hello', { user: 'ada' });
  expect([error?.code, error?.message]).toEqual([
    'PAYMENT_REQUIRED',
    'payment required: "expert" costs 5.00 USD, and that has just changed',
  ]);
  expect(model.requests).toHaveLength(0);
  expect(await payment.balance('ada')).toEqual({ available: 1000, reserved: 0 });
});

it('gives the money back when a declared fallback, that costs nothing, answers instead', async () => {
  await using desk = await payingDesk({ owner: newOwner(), skill: new DeskWithFallback() });
  const { mesh, payment } = desk;
  await mesh.launch(expert(500, failing()));
  await mesh.launch(new BaseAgent({ name: 'helper', model: scriptedModel('I can help.') }));
  await payment.deposit({ userId: 'ada', amount: 500 });
  const result = await mesh.ask('desk', 'hello', { user: 'ada' });
  expect([result.response, result.fallback]).toEqual(['I can help.', true]);
  expect(await payment.balance('ada')).toEqual({ available: 500, reserved: 0 });
});

it('gives the money back when a hook after it refuses, or stands in for the target', async () => {
  class Second extends Skill {
    @hook('before_handoff', { priority: 95 })
    refuse(context: Context) {
      if (context.messages.at(-1)?.content === 'refuse') throw new HandoffError('no');
    }
    @hook('after_handoff')
    rescue(context: Context) {
      if (!context.handoffResult?.success) context.handoffResult = { success: true, response: 'rescued' };
    }
  }
  await using mesh = await joinMesh(newOwner());
  const payment = new PaymentSkill();
  const skills = { second: new Second(), desk: new Desk('expert'), payment };
  await mesh.launch(new BaseAgent({ name: 'desk', skills }));
  await mesh.launch(expert(500, failing()));
  await payment.deposit({ userId: 'ada', amount: 500 });
  for (const question of ['refuse', 'fail']) {
    const { response } = await mesh.ask('desk', question, { user: 'ada' });
    expect(response).toBe('rescued');
    expect(await payment.balance('ada')).toEqual({ available: 500, reserved: 0 });
  }
});

it('does not reserve for a target that is not there', async () => {
  await using desk = await payingDesk({ owner: newOwner(), options: { prices: { expert: 500 } } });
  const { mesh, payment } = desk;
  await payment.deposit({ userId: 'ada', amount: 500 });
  expect((await mesh.ask('desk', 'hello', { user: 'ada' })).error?.code).toBe('NOT_FOUND');
  expect(await payment.balance('ada')).toEqual({ available: 500, reserved: 0 });
});

it('charges what the operator says rather than the card, and knows no price of strangers', async () => {
  await using desk = await payingDesk({ owner: newOwner(), options: { prices: { expert: '1.00' } } });
  const { mesh, payment } = desk;
  await mesh.launch(expert(5000));
  expect(payment.getAgentCost('expert')).toBe(100);
  expect(payment.getAgentCost(`${mesh.owner}/expert`)).toBe(100);
  for (const name of ['nobody', '__proto__', 'a.b', '', undefined as never]) {
    expect([payment.isPremiumAgent(name), payment.getAgentCost(name)]).toEqual([false, 0]);
  }
});

it('refuses to pay in another currency', async () => {
  await using desk = await payingDesk({ owner: newOwner(), options: { currency: 'EUR' } });
  const { mesh, payment } = desk;
  await mesh.launch(expert(500));
  const { error } = await mesh.ask('desk', 'hello', { user: 'ada' });
  expect(error?.code).toBe('FAILED_PRECONDITION');
  expect(error?.message).toBe('"expert" costs 5.00 USD; this agent pays in EUR');
  expect(payment.isPremiumAgent('expert')).toBe(true);
});

it('charges outside a handoff at once, false when there is too little or nobody', async () => {
  await using desk = await payingDesk({ owner: newOwner() });
  const { payment } = desk;
  await payment.deposit({ userId: 'ada', amount: 1000, key: 'invoice-1' });
  await payment.deposit({ userId: 'ada', amount: 1000, key: 'invoice-1' });
  const charge = (userId: string | undefined, amount: number | string, key?: string) =>
    payment.chargeUser({ userId, amount, description: 'a test', ...(key !== undefined && { key }) });
  expect(await charge('ada', '2.50')).toBe(true);
  expect(await charge('ada', 751)).toBe(false);
  expect(await charge('ada', 100, 'once')).toBe(true);
  expect(await charge('ada', 100, 'once')).toBe(true);
  await expect(charge('ada', 101, 'once')).rejects.toMatchObject({ code: 'FAILED_PRECONDITION' });
  for (const user of [undefined, '', null as never]) expect(await charge(user, 1)).toBe(false);
  expect(await charge('ada', 0)).toBe(true);
  for (const amount of [-1, Number.NaN, 0.5, '1.005'])
    await expect(charge('ada', amount)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect(await payment.balance('ada')).toEqual({ available: 650, reserved: 0 });
  expect(await payment.balance('undefined')).toEqual({ available: 0, reserved: 0 });
});

it('makes no entry for agents that cost nothing', async () => {
  const probe = new Probe();
  await using desk = await payingDesk({ owner: newOwner(), skill: probe });
  const { mesh } = desk;
  await mesh.launch(new BaseAgent({ name: 'expert', model: scriptedModel('Free of charge.') }));
  expect((await mesh.ask('desk', 'hello', { user: 'ada' })).response).toBe('Free of charge.');
  const log = await probe.log('ledger-usd');
  for await (const entry of log.read(1)) expect.fail(`there is an entry: ${JSON.stringify(entry)}`);
});

/** Gives a test the port. */
class Probe extends Desk {
  constructor() {
    super('expert');
  }
  log(name: string) {
    return this.port.log({ name });
  }
}

it('lets four members race for one balance: exactly what is there is spent', async () => {
  const owner = newOwner();
  const desks = await Promise.all(Array.from({ length: 4 }, () => payingDesk({ owner })));
  try {
    await desks[0]!.payment.deposit({ userId: 'ada', amount: 1000 });
    await desks[1]!.payment.deposit({ userId: 'bob', amount: 70 });
    const charges = desks.flatMap(({ payment }) =>
      Array.from({ length: 10 }, async (_, index) => [
        await payment.chargeUser({ userId: 'ada', amount: 70 }),
        index < 2 && (await payment.chargeUser({ userId: 'bob', amount: 70 })),
      ]),
    );
    const outcomes = await Promise.all(charges);
    expect(outcomes.filter(([ada]) => ada)).toHaveLength(14);
    expect(outcomes.filter(([, bob]) => bob)).toHaveLength(1);
    for (const { payment } of desks) {
      expect(await payment.balance('ada')).toEqual({ available: 20, reserved: 0 });
      expect(await payment.balance('bob')).toEqual({ available: 0, reserved: 0 });
      expect(await payment.earned('desk')).toBe(14 * 70 + 70);
    }
  } finally {
    for (const { mesh } of desks) await mesh.close();
  }
});

it('charges one handoff id once, whoever tries it again', async () => {
  const owner = newOwner();
  await using one = await payingDesk({ owner });
  await using two = await payingDesk({ owner });
  await one.mesh.launch(expert(400));
  await one.payment.deposit({ userId: 'ada', amount: 1000 });
  await two.mesh.synced();
  /** The hooks as the runtime calls them, for a handoff of a given id. */
  const attempt = async ({ payment }: typeof one, success: boolean) => {
    const context = {
      handoffId: 'h-1',
      handoffAgent: 'expert',
      peerUserId: 'ada',
      remainingMs: 1000,
      scope: {},
      signal: new AbortController().signal,
      handoffResult: { success },
    } as unknown as Context;
    payment.beginHandoff(context);
    await payment.payForHandoff(context);
    await payment.settleOrRefund(context);
    await payment.settleOrRefund(context);
  };
  await Promise.all([attempt(one, true), attempt(two, true), attempt(one, true)]);
  await attempt(two, true);
  expect(await two.payment.balance('ada')).toEqual({ available: 600, reserved: 0 });
  // It was paid: a later try that fails takes nothing back from the agent that did the work.
  await attempt(one, false);
  expect(await one.payment.earned('expert')).toBe(400);
});

it('refuses a price that is none when the agent is made', () => {
  for (const price of [usd(-1), usd(0.5), { amount: 1, currency: 'usd' }, 5 as never]) {
    expect(() => new BaseAgent({ name: 'expert', price })).toThrow(/agent option "price"/);
  }
});
