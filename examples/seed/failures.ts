/** The expert is away: another agent is asked, and if that one is away too, there is still an answer. */
import assert from 'node:assert/strict';
import { BaseAgent, type Context, handoff, hook, join, Skill, textOf } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { NLISkill } from '@baton/skills';

class ResilientHandoffSkill extends Skill {
  readonly nli = new NLISkill();

  @handoff('primary-expert')
  needsExpert(query: string): boolean {
    return query.includes('expert');
  }

  @hook('after_handoff')
  async handleHandoffFailure(context: Context) {
    if (context.handoffResult?.success) return;

    // Try the fallback agent
    const question = context.messages.at(-1);
    const fallback = await this.nli.queryAgent('general-assistant', question ? textOf(question) : '');
    if (fallback.success) {
      context.handoffResult = fallback;
    } else {
      // Provide a local response
      context.handoffResult = {
        success: true,
        response: "I'll do my best to help directly...",
        fallback: true,
      };
    }
  }
}

await using mesh = await join({ owner: 'seed-failures' });
await mesh.launch(new BaseAgent({ name: 'desk', skills: { resilient: new ResilientHandoffSkill() } }));
const ask = () => mesh.ask('desk', 'I need an expert');

// Nobody is there.
const alone = await ask();
console.log(alone.response);
assert.deepEqual([alone.success, alone.fallback], [true, true]);
assert.equal(alone.response, "I'll do my best to help directly...");
assert.deepEqual(
  alone.handoffs.map(({ to, error }) => [to, error?.code]),
  [
    ['primary-expert', 'NOT_FOUND'],
    ['general-assistant', 'NOT_FOUND'],
  ],
);

// The fallback agent is.
const general = scriptedModel('In general: it depends.');
await mesh.launch(new BaseAgent({ name: 'general-assistant', model: general }));
const second = await ask();
console.log(second.response);
assert.deepEqual([second.agent, second.response], ['general-assistant', 'In general: it depends.']);

// The expert is.
await mesh.launch(new BaseAgent({ name: 'primary-expert', model: scriptedModel('Precisely: 42.') }));
const first = await ask();
assert.deepEqual([first.agent, first.response], ['primary-expert', 'Precisely: 42.']);
assert.equal(general.requests.length, 1);
