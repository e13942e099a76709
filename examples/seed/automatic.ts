/** `run` hands off by itself when a condition says so; the answer has one shape either way. */
import assert from 'node:assert/strict';
import { BaseAgent, handoff, join, Skill } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';

class FinanceSkill extends Skill {
  @handoff('finance-expert')
  async needsFinanceExpert(query: string): Promise<boolean> {
    return /\b(stock|investment|portfolio|trading)/i.test(query);
  }
}

const agent = new BaseAgent({
  name: 'assistant',
  model: scriptedModel('I am the assistant.'),
  skills: { finance: new FinanceSkill() },
});

await using mesh = await join({ owner: 'seed-automatic' });
await mesh.launch(
  new BaseAgent({ name: 'finance-expert', model: scriptedModel('Which shares do you hold?') }),
);
await mesh.launch(agent);

const response = await agent.run([{ role: 'user', content: 'I need help with my stock portfolio' }]);
console.log(response);
assert.deepEqual([response.success, response.agent], [true, 'finance-expert']);
assert.equal(response.response, 'Which shares do you hold?');

const local = await agent.run([{ role: 'user', content: 'Who are you?' }]);
assert.deepEqual([local.agent, local.response], ['assistant', 'I am the assistant.']);
assert.deepEqual(Object.keys(local).sort(), Object.keys(response).sort());
