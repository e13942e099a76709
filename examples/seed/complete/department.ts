/** One department, one process: `complete.ts` starts three of them. It ends with the program that started it. */
import { BaseAgent, type Context, hook, join, Skill } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';

const ANSWERS: Readonly<Record<string, string>> = {
  'billing-department': 'I have refunded the second charge.',
  'technical-support': 'Please switch it off and on again.',
  'shipping-department': 'It arrives tomorrow.',
};

/** Knows its customer from what came with the handoff. */
class CounterSkill extends Skill {
  @hook('on_message')
  greet({ inbound, peerUserId, insights }: Context) {
    const { customer_tier, open_tickets } = inbound?.metadata ?? {};
    Object.assign(insights, { customer: peerUserId, customer_tier, open_tickets, pid: process.pid });
  }
}

const [name = ''] = process.argv.slice(2);
const mesh = await join({ owner: 'seed-complete' });
await mesh.launch(
  new BaseAgent({
    name,
    model: scriptedModel(ANSWERS[name] ?? 'We are new here.'),
    skills: { counter: new CounterSkill() },
  }),
);
process.on('disconnect', () => void mesh.close());
process.send?.('ready');
