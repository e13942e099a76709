import { randomUUID } from 'node:crypto';
import { BaseAgent, type Context, handoff, hook, join, Skill } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { expect, inject, it } from 'vitest';
import { PaymentSkill } from '../../src/index.ts';

/** Two experts the model may choose; none by rule. */
class Experts extends Skill {
  @handoff('lawyer')
  law() {
    return false;
  }
  @handoff('doctor')
  medicine() {
    return false;
  }
}

const callBoth = () =>
  scriptedModel(
    ({ tools }) =>
      tools.map(({ name }, index) => ({
        type: 'tool_call' as const,
        id: `call-${index}`,
        name,
        arguments: '{}',
      })),
    'Both have answered.',
  );

async function front(owner: string, skills: Record<string, Skill>) {
  const mesh = await join({ server: inject('broker'), owner });
  const price = { amount: 300, currency: 'USD' };
  const failing = scriptedModel(() => {
    throw new Error('the doctor is out');
  });
  await mesh.launch(new BaseAgent({ name: 'lawyer', model: scriptedModel('Sue.'), price }));
  await mesh.launch(new BaseAgent({ name: 'doctor', model: failing, price }));
  await expect.poll(() => mesh.agents().every(({ card }) => card)).toBe(true);
  await mesh.launch(new BaseAgent({ name: 'front', model: callBoth(), skills }));
  return mesh;
}

it('charges each of several handoffs the model chose in one turn, and refunds the one that failed', async () => {
  const payment = new PaymentSkill();
  await using mesh = await front(`t-${randomUUID().slice(0, 8)}`, { experts: new Experts(), payment });
  await payment.deposit({ userId: 'ada', amount: 1000 });
  const result = await mesh.ask('front', 'help', { user: 'ada' });
  expect(result.handoffs).toHaveLength(2);
  expect(await payment.balance('ada')).toEqual({ available: 700, reserved: 0 });
  expect([await payment.earned('lawyer'), await payment.earned('doctor')]).toEqual([300, 0]);
});

it('does the same when the author charges by hand', async () => {
  const payment = new PaymentSkill();
  class ByHand extends Experts {
    @hook('before_handoff')
    async pay({ peerUserId, handoffAgent = '' }: Context) {
      await payment.chargeUser({ userId: peerUserId, amount: payment.getAgentCost(handoffAgent) });
    }
  }
  await using mesh = await front(`t-${randomUUID().slice(0, 8)}`, { experts: new ByHand(), payment });
  await payment.deposit({ userId: 'ada', amount: 2000 });
  await mesh.ask('front', 'help', { user: 'ada' });
  expect(await payment.balance('ada')).toEqual({ available: 1700, reserved: 0 });
  expect([await payment.earned('lawyer'), await payment.earned('doctor')]).toEqual([300, 0]);
});
