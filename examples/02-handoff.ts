/** A front desk hands questions to a specialist, with context, and sees the result. */
import assert from 'node:assert/strict';
import { BaseAgent, type Context, handoff, hook, join, Skill } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';

class FrontDesk extends Skill {
  @handoff('finance-expert', { description: 'money questions', metadata: { priority: 'high', timeout: 10 } })
  needsFinanceExpert(question: string) {
    return ['stock', 'investment', 'portfolio'].some((word) => question.toLowerCase().includes(word));
  }

  /** Without a target in the decorator the condition names it. */
  @handoff()
  byTopic(question: string) {
    return question.includes('contract') ? 'legal-advisor' : null;
  }

  @hook('before_handoff')
  tellWhoAsks(context: Context) {
    context.handoffContext = { user_intent: 'advice', customer: context.peerUserId };
  }

  @hook('after_handoff')
  helpOutWhenNobodyIsThere(context: Context) {
    if (context.handoffResult?.success) return;
    context.handoffResult = { success: true, response: 'Let me look that up.', fallback: true };
  }
}

const expert = scriptedModel(({ instructions }) => [
  { type: 'text', text: `I was told: ${instructions.split('\n').at(-1)}` },
]);

await using mesh = await join();
await mesh.launch(new BaseAgent({ name: 'finance-expert', model: expert }));
await mesh.launch(
  new BaseAgent({ name: 'front-desk', model: scriptedModel('Hello!'), skills: { desk: new FrontDesk() } }),
);

const handed = await mesh.ask('front-desk', 'What about my stock portfolio?', { user: 'ada' });
console.log(handed.handoffs.map(({ from, to }) => `${from} -> ${to}`).join(', '), '|', handed.response);
assert.equal(handed.agent, 'finance-expert');
assert.match(handed.response ?? '', /"customer":"ada"/);

const local = await mesh.ask('front-desk', 'Good morning');
assert.deepEqual([local.agent, local.response, local.handoffs.length], ['front-desk', 'Hello!', 0]);

const rescued = await mesh.ask('front-desk', 'Is this contract fair?');
console.log(rescued.handoffs[0]?.error?.message, '|', rescued.response);
assert.deepEqual([rescued.response, rescued.fallback], ['Let me look that up.', true]);
