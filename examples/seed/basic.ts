/** A condition and a target: questions about money that is invested go to the finance expert. */
import assert from 'node:assert/strict';
import { BaseAgent, handoff, join, Skill } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';

class FinanceSkill extends Skill {
  @handoff('finance-expert', { description: 'questions about money that is invested' })
  needsFinanceExpert(query: string): boolean {
    const financeTerms = ['stock', 'investment', 'portfolio', 'trading'];
    return financeTerms.some((term) => query.toLowerCase().includes(term));
  }
}

await using mesh = await join({ owner: 'seed-basic' });
await mesh.launch(new BaseAgent({ name: 'finance-expert', model: scriptedModel('Spread the risk.') }));
await mesh.launch(
  new BaseAgent({
    name: 'assistant',
    model: scriptedModel('Hello!'),
    skills: { finance: new FinanceSkill() },
  }),
);

const handed = await mesh.ask('assistant', 'Is this STOCK worth it?');
console.log(`${handed.agent}: ${handed.response}`);
assert.deepEqual([handed.agent, handed.response], ['finance-expert', 'Spread the risk.']);
assert.deepEqual(
  handed.handoffs.map(({ from, to, success }) => ({ from, to, success })),
  [{ from: 'assistant', to: 'finance-expert', success: true }],
);

const local = await mesh.ask('assistant', 'Good morning');
console.log(`${local.agent}: ${local.response}`);
assert.deepEqual([local.agent, local.response, local.handoffs], ['assistant', 'Hello!', []]);
