/** A tool asks another agent: the model decides when. */
import assert from 'node:assert/strict';
import { BaseAgent, join, Skill, tool } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { NLISkill } from '@baton/skills';

class CollaborationSkill extends Skill {
  readonly nli = new NLISkill();

  @tool
  async consultExpert({ topic, question }: { topic: string; question: string }): Promise<string> {
    // A `Map`, because a topic comes from a model: an object literal would know an expert for "constructor"
    const expertMap = new Map([
      ['finance', 'finance-expert'],
      ['legal', 'legal-advisor'],
      ['health', 'medical-assistant'],
    ]);

    const expert = expertMap.get(topic);
    if (expert) {
      const result = await this.nli.queryAgent(expert, question);
      return result.response ?? 'Expert unavailable';
    }

    return 'No expert available for this topic';
  }
}

/** Stands in for a language model: of "finance: where to begin?" it makes a call, of the tool's answer a sentence. */
const model = scriptedModel(({ messages }) => {
  const last = messages.at(-1);
  if (last?.role === 'tool') return [{ type: 'text', text: `I asked around: ${last.content}` }];
  const [topic, question] = (last?.content ?? '').split(': ');
  const call = { id: 'call-1', name: 'consultExpert', arguments: JSON.stringify({ topic, question }) };
  return [{ type: 'tool_call', ...call }];
});

await using mesh = await join({ owner: 'seed-manual' });
await mesh.launch(
  new BaseAgent({ name: 'finance-expert', model: scriptedModel('Pay off your debts first.') }),
);
await mesh.launch(
  new BaseAgent({ name: 'assistant', model, skills: { collaboration: new CollaborationSkill() } }),
);

const asked = await mesh.ask('assistant', 'finance: where do I begin?');
console.log(asked.response);
assert.equal(asked.response, 'I asked around: Pay off your debts first.');
assert.deepEqual([asked.agent, asked.handoffs[0]?.to], ['assistant', 'finance-expert']);

const away = await mesh.ask('assistant', 'legal: may I?');
assert.equal(away.response, 'I asked around: Expert unavailable');
assert.equal(away.handoffs[0]?.error?.code, 'NOT_FOUND');

const nobody = await mesh.ask('assistant', 'constructor: may I?');
assert.equal(nobody.response, 'I asked around: No expert available for this topic');
assert.deepEqual(nobody.handoffs, []);
