/** Plain JavaScript: no class, no decorators, no compiler. `node examples/04-plain-objects.mjs` runs it once Baton is built. */
import assert from 'node:assert/strict';
import { BaseAgent, defineSkill, join } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { NLISkill } from '@baton/skills';
import { z } from 'zod';

const desk = defineSkill({
  dependencies: ['nli'],
  handoffs: [
    {
      target: 'finance-expert',
      description: 'questions about money that is invested',
      metadata: { priority: 'high', timeout: 30 },
      fallback: ['generalist'],
      when: (query) => /stock|portfolio/i.test(query),
    },
    // Without a target the condition names it
    { when: (query) => (query.includes('contract') ? 'legal-advisor' : null) },
  ],
  hooks: {
    before_handoff(context) {
      context.handoffContext = { customer: context.peerUserId };
    },
    after_handoff: {
      priority: 10,
      run(context) {
        if (context.handoffResult.success) return;
        context.handoffResult = { success: true, response: 'Let me look that up.', fallback: true };
      },
    },
  },
  tools: {
    weather: {
      description: 'Tells the weather of a town.',
      parameters: z.object({ town: z.string(), days: z.number().default(1) }),
      // In functions other than arrow functions `this` is the skill
      async execute({ town, days }) {
        const result = await this.skill('nli').queryAgent('weather-expert', `${town}, ${days} day(s)`);
        return result.response ?? 'Nobody knows';
      },
    },
  },
});

/** Stands in for a language model: calls the tool, then repeats what came back. */
const model = scriptedModel(({ messages }) => {
  const last = messages.at(-1);
  if (last.role === 'tool') return [{ type: 'text', text: last.content }];
  const call = { id: 'call-1', name: 'weather', arguments: JSON.stringify({ town: 'Rome' }) };
  return [{ type: 'tool_call', ...call }];
});

const told = scriptedModel(({ instructions }) => [{ type: 'text', text: instructions.split('\n').at(-1) }]);

const mesh = await join();
await mesh.launch(new BaseAgent({ name: 'finance-expert', model: told }));
await mesh.launch(new BaseAgent({ name: 'weather-expert', model: scriptedModel('Sun.') }));
await mesh.launch(new BaseAgent({ name: 'desk', model, skills: { desk, nli: new NLISkill() } }));

const handed = await mesh.ask('desk', 'What about my stock?', { user: 'ada' });
console.log(handed.agent, '|', handed.response);
assert.deepEqual([handed.agent, handed.response], ['finance-expert', '{"customer":"ada"}']);

const rescued = await mesh.ask('desk', 'Is this contract fair?');
console.log(rescued.handoffs[0].error.message, '|', rescued.response);
assert.deepEqual([rescued.response, rescued.fallback], ['Let me look that up.', true]);

const local = await mesh.ask('desk', 'How is the weather?');
console.log(local.agent, '|', local.response);
assert.deepEqual([local.agent, local.response, local.handoffs[0].to], ['desk', 'Sun.', 'weather-expert']);

// What a decorator refuses, it refuses: when the skill is made, not when it is used.
assert.throws(() => defineSkill({ handoffs: [{ target: 'a.b', when: () => true }] }), TypeError);

await mesh.close();
