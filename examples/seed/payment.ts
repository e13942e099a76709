/** Premium agents are paid: charged before the handoff, kept when it succeeds, given back when it fails. */
import assert from 'node:assert/strict';
import { BaseAgent, type Context, HandoffError, handoff, hook, join, Skill } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { PaymentSkill } from '@baton/skills';

class PaidHandoffSkill extends Skill {
  readonly payment: PaymentSkill;

  constructor() {
    super();
    this.payment = new PaymentSkill();
  }

  @handoff()
  route(query: string) {
    if (query.includes('tax')) return 'tax-lawyer';
    return query.includes('parcel') ? 'parcel-desk' : null;
  }

  @hook('before_handoff')
  async checkPayment(context: Context) {
    const target = context.handoffAgent ?? '';

    // Check if the target is premium
    if (this.payment.isPremiumAgent(target)) {
      // Verify payment
      const cost = this.payment.getAgentCost(target);
      const isPaid = await this.payment.chargeUser({
        userId: context.peerUserId,
        amount: cost,
        description: `Consultation with ${target}`,
      });
      if (!isPaid) {
        throw new HandoffError('Payment required for premium agent', { code: 'PAYMENT_REQUIRED', target });
      }
    }
  }
}

const paid = new PaidHandoffSkill();
const { payment } = paid;
let isIll = false;
const lawyer = scriptedModel(() => {
  if (isIll) throw new Error('the lawyer is ill');
  return [{ type: 'text', text: 'Keep your receipts.' }];
});

await using mesh = await join({ owner: 'seed-payment' });
await mesh.launch(
  new BaseAgent({ name: 'tax-lawyer', model: lawyer, price: { amount: 500, currency: 'USD' } }),
);
await mesh.launch(new BaseAgent({ name: 'parcel-desk', model: scriptedModel('It is on its way.') }));
await mesh.launch(new BaseAgent({ name: 'assistant', skills: { paid } }));

const user = `ada-${Date.now()}`;
const ask = (question: string, asker: string | undefined = user) =>
  mesh.ask('assistant', question, asker ? { user: asker } : {});
const available = async () => (await payment.balance(user)).available;

await payment.deposit({ userId: user, amount: '7.50' });

const answered = await ask('a tax question');
console.log(`${answered.agent}: ${answered.response} | ${await available()} cents left`);
assert.deepEqual([answered.response, await available()], ['Keep your receipts.', 250]);

const refused = await ask('another tax question');
console.log(refused.error?.message);
assert.deepEqual([refused.error?.code, await available()], ['PAYMENT_REQUIRED', 250]);
assert.equal(lawyer.requests.length, 1);

const anonymous = await ask('a tax question', '');
assert.equal(anonymous.error?.code, 'PAYMENT_REQUIRED');

const free = await ask('where is my parcel?');
assert.deepEqual([free.response, await available()], ['It is on its way.', 250]);

await payment.deposit({ userId: user, amount: 250 });
isIll = true;
const failed = await ask('a tax question');
console.log(`${failed.error?.message} | ${await available()} cents left`);
assert.deepEqual([failed.success, await available()], [false, 500]);
