/** What a handoff says about itself: its priority, how many seconds the target has, and words of one's own. */
import assert from 'node:assert/strict';
import { BaseAgent, type Context, handoff, hook, join, type Model, Skill } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';

class TriageSkill extends Skill {
  /** High-priority handoff to the specialist. */
  @handoff('specialist', { metadata: { priority: 'high', timeout: 30, department: 'research' } })
  needsSpecialist(query: string): boolean {
    return this.#isComplexQuery(query);
  }

  @handoff('generalist', { metadata: { priority: 'low' } })
  needsAnyone(): boolean {
    return true;
  }

  /** Declared last, asked before the generalist: its priority is higher. */
  @handoff('sleeper', { metadata: { timeout: 0.2 } })
  needsPatience(query: string): boolean {
    return query.includes('whenever');
  }

  #isComplexQuery(query: string): boolean {
    return query.includes('why') && query.split(' ').length > 4;
  }
}

/** The target reads what came with the handoff, and how long it has. */
class SpecialistSkill extends Skill {
  @hook('on_message')
  noteWhatCame({ inbound, remainingMs, insights }: Context) {
    Object.assign(insights, { ...inbound?.metadata, remainingMs });
  }
}

/** Says nothing until it is told that nobody waits any more. */
const sleeping: Model = {
  name: 'example/sleeping',
  async *generate({ signal }) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    yield { type: 'text', text: 'too late' };
  },
};

await using mesh = await join({ owner: 'seed-metadata' });
const specialist = { model: scriptedModel('Because of gravity.'), skills: { notes: new SpecialistSkill() } };
await mesh.launch(new BaseAgent({ name: 'specialist', ...specialist }));
await mesh.launch(new BaseAgent({ name: 'generalist', model: scriptedModel('Sure.') }));
await mesh.launch(new BaseAgent({ name: 'sleeper', model: sleeping }));
await mesh.launch(new BaseAgent({ name: 'triage', skills: { triage: new TriageSkill() } }));

const complex = await mesh.ask('triage', 'why do apples fall down?');
console.log(complex.agent, complex.insights);
const { remainingMs, ...metadata } = complex.insights;
assert.equal(complex.agent, 'specialist');
assert.deepEqual(metadata, { priority: 'high', timeout: 30, department: 'research' });
assert.ok(Number(remainingMs) > 20_000 && Number(remainingMs) <= 30_000, 'the timeout is 30 seconds');

const simple = await mesh.ask('triage', 'hello');
assert.equal(simple.agent, 'generalist');

const late = await mesh.ask('triage', 'answer whenever you like');
console.log(late.error?.code, late.error?.message);
assert.equal(late.error?.code, 'DEADLINE_EXCEEDED');
