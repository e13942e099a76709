import { randomUUID } from 'node:crypto';
import { BaseAgent, handoff, join, Skill } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { expect, inject, it } from 'vitest';
import { type PaymentLimits, PaymentSkill } from '../../src/index.ts';

class Desk extends Skill {
  @handoff('expert')
  always() {
    return true;
  }
}

/** A member of its own with a desk that pays within `limits`; the first brings the expert, who costs 5.00. */
async function desk(owner: string, limits: PaymentLimits) {
  const mesh = await join({ server: inject('broker'), owner });
  const payment = new PaymentSkill({ limits });
  await mesh.launch(new BaseAgent({ name: 'desk', skills: { desk: new Desk(), payment } }));
  return { mesh, payment, [Symbol.asyncDispose]: () => mesh.close() };
}

async function deskWithExpert(limits: PaymentLimits) {
  const owner = `t-${randomUUID().slice(0, 8)}`;
  const first = await desk(owner, limits);
  const model = scriptedModel(() => [{ type: 'text', text: 'The expert answers.' }]);
  await first.mesh.launch(new BaseAgent({ name: 'expert', model, price: { amount: 500, currency: 'USD' } }));
  await expect.poll(() => first.payment.isPremiumAgent('expert')).toBe(true);
  await first.payment.deposit({ userId: 'ada', amount: '100.00' });
  await first.payment.deposit({ userId: 'bob', amount: '100.00' });
  return { ...first, owner, model };
}

it('refuses a handoff over the limit of a conversation, and says what was spent and what it would cost', async () => {
  await using at = await deskWithExpert({ perConversation: '12.00' });
  const ask = (user: string, conversation: string) => at.mesh.ask('desk', 'q', { user, conversation });
  for (const _ of [1, 2]) expect((await ask('ada', 'c1')).success).toBe(true);
  const { error } = await ask('ada', 'c1');
  expect([error?.code, error?.target]).toEqual(['PAYMENT_REQUIRED', 'expert']);
  expect(error?.message).toBe(
    'payment required: 5.00 USD, after 10.00 USD spent in this conversation, is over the limit "perConversation" of 12.00 USD',
  );
  expect(at.model.requests).toHaveLength(2);
  for (const [user, conversation] of [
    ['ada', 'c2'],
    ['bob', 'c1'],
  ] as const)
    expect((await ask(user, conversation)).success).toBe(true);
  expect(await at.payment.balance('ada')).toEqual({ available: 8500, reserved: 0 });
});

it('lets replicas that charge at once spend no more than the limit of the day', async () => {
  await using at = await deskWithExpert({ perDay: '12.00' });
  await using other = await desk(at.owner, { perDay: '12.00' });
  await other.mesh.synced();
  const results = await Promise.all(
    Array.from({ length: 8 }, () => at.mesh.ask('desk', 'q', { user: 'ada' })),
  );
  expect(results.filter(({ success }) => success)).toHaveLength(2);
  const codes = new Set(results.flatMap(({ error }) => (error ? [error.code] : [])));
  expect([...codes]).toEqual(['PAYMENT_REQUIRED']);
  expect(await other.payment.balance('ada')).toEqual({ available: 9000, reserved: 0 });
  // What was charged by hand is bound by it too.
  await expect(other.payment.chargeUser({ userId: 'ada', amount: 201 })).rejects.toMatchObject({
    code: 'PAYMENT_REQUIRED',
    message:
      'payment required: 2.01 USD, after 10.00 USD spent today, is over the limit "perDay" of 12.00 USD',
  });
  expect(await other.payment.chargeUser({ userId: 'ada', amount: 200 })).toBe(true);
});

it('refuses one charge that is too large, without asking the ledger', async () => {
  await using at = await deskWithExpert({ perHandoff: 499 });
  const { error } = await at.mesh.ask('desk', 'q', { user: 'ada' });
  expect([error?.code, error?.message]).toEqual([
    'PAYMENT_REQUIRED',
    'payment required: 5.00 USD is over the limit "perHandoff" of 4.99 USD',
  ]);
  expect(at.model.requests).toHaveLength(0);
});

it('does not begin with a limit that is none', () => {
  const wrong: [PaymentLimits, string][] = [
    [{ perDay: -1 }, '"limits.perDay" must be'],
    [{ perHandoff: Number.NaN }, '"limits.perHandoff" must be'],
    [{ perConversation: '1.005' }, '"limits.perConversation" must be'],
    [{ perday: 5 } as never, '"limits" has no "perday"; it takes perHandoff, perConversation, perDay'],
  ];
  for (const [limits, message] of wrong) expect(() => new PaymentSkill({ limits })).toThrow(message);
});
