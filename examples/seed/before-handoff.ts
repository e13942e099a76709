/** Before a handoff: say what the target should know, and refuse what must not be handed over. */
import assert from 'node:assert/strict';
import {
  BaseAgent,
  type Context,
  HandoffError,
  handoff,
  hook,
  join,
  type Message,
  Skill,
  textOf,
} from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';

class AdviceSkill extends Skill {
  @handoff()
  needsAdvice(query: string): string | null {
    if (query.includes('tax')) return 'tax-advisor';
    return query.includes('contract') ? 'legal-advisor' : null;
  }

  @hook('before_handoff')
  prepareHandoff(context: Context) {
    // Add context for the target agent
    context.handoffContext = {
      source_agent: context.agentName,
      user_intent: this.#detectIntent(context.messages),
      conversation_summary: this.#summarizeConversation(context.messages),
      important_facts: this.#extractFacts(context.messages),
    };

    // Validate the handoff
    const target = context.handoffAgent ?? '';
    if (!this.isAgentAvailable(target)) throw new HandoffError(`Agent ${target} not available`);
    if (!context.peerUserId) throw new HandoffError('please sign in before you ask an advisor');
  }

  #detectIntent(messages: readonly Message[]): string {
    return messages.some((message) => textOf(message).endsWith('?')) ? 'advice' : 'chat';
  }

  #summarizeConversation(messages: readonly Message[]): string {
    const [first] = messages;
    return `${messages.length} messages, the first: ${first ? textOf(first) : ''}`;
  }

  #extractFacts(messages: readonly Message[]): string[] {
    return messages.flatMap((message) => textOf(message).match(/\b\d+ euros\b/g) ?? []);
  }
}

/** The target reads it from its own context. It never came by as an instruction. */
class AdvisorSkill extends Skill {
  @hook('on_message')
  readBrief({ inbound, insights }: Context) {
    Object.assign(insights, { source: inbound?.source.agent, ...inbound?.context });
  }
}

await using mesh = await join({ owner: 'seed-before-handoff' });
const advisor = scriptedModel('Sign it.');
await mesh.launch(
  new BaseAgent({ name: 'legal-advisor', model: advisor, skills: { brief: new AdvisorSkill() } }),
);
await mesh.launch(new BaseAgent({ name: 'assistant', skills: { advice: new AdviceSkill() } }));

const conversation = [
  { role: 'user', content: 'I rent a flat for 900 euros' },
  { role: 'assistant', content: 'Noted.' },
  { role: 'user', content: 'Is this contract fair?' },
] as const;
const advised = await mesh.ask('assistant', conversation, { user: 'ada' });
console.log(advised.response, advised.insights);
assert.deepEqual(advised.insights, {
  source: 'assistant',
  source_agent: 'assistant',
  user_intent: 'advice',
  conversation_summary: '3 messages, the first: I rent a flat for 900 euros',
  important_facts: ['900 euros'],
});

// A hook that throws ends the handoff before anything is published.
const stranger = await mesh.ask('assistant', 'Is this contract fair?');
console.log(stranger.error);
assert.deepEqual([stranger.success, stranger.error?.code], [false, 'FAILED_PRECONDITION']);
assert.equal(stranger.error?.message, 'please sign in before you ask an advisor');
assert.equal(advisor.requests.length, 1);

// Whether the target is there has been checked before the hooks are called.
const missing = await mesh.ask('assistant', 'a tax question', { user: 'ada' });
assert.equal(missing.error?.code, 'NOT_FOUND');
