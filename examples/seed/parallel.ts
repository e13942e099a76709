/** A tool asks three experts at once and puts their answers together. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { BaseAgent, join, type Model, Skill, tool } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { NLISkill } from '@baton/skills';

class ResearchSkill extends Skill {
  readonly nli = new NLISkill();

  @tool
  async researchTopic({ topic }: { topic: string }) {
    const experts = ['science-expert', 'history-expert', 'culture-expert'];

    // Query all experts in parallel
    const tasks = experts.map((expert) => this.nli.queryAgent(expert, `Tell me about ${topic}`));
    const results = await Promise.all(tasks);

    // Combine results
    const perspectives = experts.map((expert, index) => [expert, results[index]?.response]);
    return { topic, perspectives: Object.fromEntries(perspectives) };
  }
}

/** An expert that answers once three have been asked: one after the other, none would ever answer. */
const room = new EventEmitter();
let asked = 0;
const expert = (answer: string): Model => ({
  name: 'example/waiting',
  async *generate() {
    const everyoneIsAsked = once(room, 'full');
    asked += 1;
    if (asked === 3) room.emit('full');
    await everyoneIsAsked;
    yield { type: 'text', text: answer };
  },
});

/** Stands in for a language model: calls the tool with the question, then repeats what came back. */
const model = scriptedModel(({ messages }) => {
  const last = messages.at(-1);
  if (last?.role === 'tool') return [{ type: 'text', text: last.content }];
  const call = { id: 'call-1', name: 'researchTopic', arguments: JSON.stringify({ topic: last?.content }) };
  return [{ type: 'tool_call', ...call }];
});

await using mesh = await join({ owner: 'seed-parallel' });
await mesh.launch(new BaseAgent({ name: 'science-expert', model: expert('water and lime') }));
await mesh.launch(new BaseAgent({ name: 'history-expert', model: expert('built by Romans') }));
const researcher = new BaseAgent({ name: 'researcher', model, skills: { research: new ResearchSkill() } });
await mesh.launch(researcher);
await mesh.launch(new BaseAgent({ name: 'culture-expert', model: expert('songs about them') }));

const { response, handoffs } = await mesh.ask('researcher', 'aqueducts', { timeoutMs: 10_000 });
console.log(response);
assert.deepEqual(JSON.parse(response ?? ''), {
  topic: 'aqueducts',
  perspectives: {
    'science-expert': 'water and lime',
    'history-expert': 'built by Romans',
    'culture-expert': 'songs about them',
  },
});
assert.deepEqual(
  handoffs.map(({ to }) => to),
  ['science-expert', 'history-expert', 'culture-expert'],
);
