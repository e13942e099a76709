/** After a handoff, failed ones included: keep what the expert found out, and add to the answer. */
import assert from 'node:assert/strict';
import { BaseAgent, type Context, handoff, hook, join, Skill } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';

class ConsultingSkill extends Skill {
  readonly knowledge = new Map<string, unknown>();

  @handoff()
  needsExpert(query: string): string | null {
    if (query.includes('weather')) return 'weather-expert';
    return query.includes('stars') ? 'astrologer' : null;
  }

  @hook('after_handoff')
  processHandoffResult(context: Context) {
    const { handoffAgent = '', handoffResult: result } = context;

    // Extract and store insights
    if (result?.success) this.knowledge.set(handoffAgent, result.insights);

    // Update the conversation's context
    context.set('expert_consulted', true);
    context.set('expert_response', result?.response);
  }

  /** The run is over; what its hooks set is still there. */
  @hook('finalize_connection')
  closeTheFile(context: Context) {
    const { conversation } = context;
    this.knowledge.set(conversation, [context.get('expert_consulted'), context.get('expert_response')]);
  }
}

/** The expert tells what it learnt, beside its answer. */
class ForecastSkill extends Skill {
  @hook('after_llm_call')
  tellWhatIsKnown({ insights }: Context) {
    insights.rainLikely = true;
  }
}

await using mesh = await join({ owner: 'seed-after-handoff' });
const forecast = { model: scriptedModel('Take an umbrella.'), skills: { forecast: new ForecastSkill() } };
await mesh.launch(new BaseAgent({ name: 'weather-expert', ...forecast }));

const consulting = new ConsultingSkill();
await mesh.launch(new BaseAgent({ name: 'assistant', skills: { consulting } }));

const answered = await mesh.ask('assistant', 'How is the weather?', { conversation: 'walk' });
console.log(answered.response, consulting.knowledge);
assert.equal(answered.response, 'Take an umbrella.');
assert.deepEqual(consulting.knowledge.get('weather-expert'), { rainLikely: true });
assert.deepEqual(consulting.knowledge.get('walk'), [true, 'Take an umbrella.']);

const failed = await mesh.ask('assistant', 'What do the stars say?', { conversation: 'stars' });
assert.equal(failed.success, false);
assert.equal(consulting.knowledge.has('astrologer'), false);
assert.deepEqual(consulting.knowledge.get('stars'), [true, null]);
