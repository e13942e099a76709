/** Without a target in the decorator, the condition names it. */
import assert from 'node:assert/strict';
import { BaseAgent, handoff, join, Skill } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';

class RouterSkill extends Skill {
  @handoff({ description: 'legal, medical and technical questions' })
  routeDynamically(query: string): string | null {
    if (query.includes('legal')) return 'legal-advisor';
    if (query.includes('medical')) return 'medical-assistant';
    if (query.includes('technical')) return 'tech-support';
    return null; // No handoff needed
  }
}

await using mesh = await join({ owner: 'seed-dynamic' });
for (const name of ['legal-advisor', 'medical-assistant', 'tech-support']) {
  await mesh.launch(new BaseAgent({ name, model: scriptedModel(`This is ${name}.`) }));
}
await mesh.launch(
  new BaseAgent({
    name: 'router',
    model: scriptedModel('I can tell you.'),
    skills: { routes: new RouterSkill() },
  }),
);

const answeredBy = async (question: string) => (await mesh.ask('router', question)).agent;
console.log(await answeredBy('a technical question'));
assert.equal(await answeredBy('a legal question'), 'legal-advisor');
assert.equal(await answeredBy('a medical question'), 'medical-assistant');
assert.equal(await answeredBy('a technical question'), 'tech-support');
assert.equal(await answeredBy('a technical question about a legal text'), 'legal-advisor');
assert.equal(await answeredBy('what time is it?'), 'router');
