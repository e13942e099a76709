// Compiled, never run: what a plain skill must accept, and what it must refuse.
import { z } from 'zod';
import { BaseAgent, defineSkill, type Skill } from '../../src/index.ts';

const accepted: Skill = defineSkill({
  dependencies: ['nli', 'discovery?'],
  async initialize() {
    const sibling: Skill | undefined = this.skill('discovery?');
    return void sibling;
  },
  handoffs: [
    { target: 'finance', when: (query, context) => query.length > context.messages.length },
    { when: async (query) => query || null, description: 'by name', scope: 'user', fallback: ['b'] },
    { target: 'vault', metadata: { priority: 'high', timeout: 30, mine: 1 }, mode: 'call', when: () => null },
  ],
  hooks: {
    before_handoff(context) {
      if (!this.isAgentAvailable('a')) context.handoffContext.intent = 'buy';
    },
    after_handoff: { priority: 10, scope: 'user', run: (context) => context.handoffResult?.insights },
    on_message: [() => {}, { run: async (context) => context.state }],
  },
  tools: {
    add: {
      description: 'Adds.',
      parameters: z.object({ a: z.number(), b: z.string().optional() }),
      execute: ({ a, b }, context) => {
        const sum: number = a + context.messages.length;
        const text: string | undefined = b;
        // @ts-expect-error: a number is no string
        const wrong: string = a;
        return [sum, text, wrong];
      },
    },
    greet: {
      description: 'Greets.',
      parameters: z.object({ name: z.string().default('you') }),
      execute({ name }) {
        const text: string = name;
        // @ts-expect-error: a string is no number
        const wrong: number = name;
        return this.query('greeter', `${text}${wrong}`);
      },
    },
    bare: {
      description: 'Takes what comes.',
      execute(args) {
        const what: unknown = args.what;
        return what;
      },
    },
  },
});
new BaseAgent({ name: 'x', skills: { accepted } });
defineSkill({});
defineSkill({ tools: { now: { description: 'The time.', execute: () => Date.now() } } });

// @ts-expect-error: with a target the answer is yes or no, not a name
defineSkill({ handoffs: [{ target: 'a', when: () => 'a' }] });
// @ts-expect-error: without a target the answer is a name, not yes or no
defineSkill({ handoffs: [{ when: () => true }] });
// @ts-expect-error: a handoff has a condition
defineSkill({ handoffs: [{ target: 'a' }] });
// @ts-expect-error: there is no such priority
defineSkill({ handoffs: [{ target: 'a', when: () => true, metadata: { priority: 'urgent' } }] });
// @ts-expect-error: there is no such hook
defineSkill({ hooks: { before_lunch() {} } });
// @ts-expect-error: a tool has something to execute
defineSkill({ tools: { idle: { description: 'nothing' } } });
// @ts-expect-error: there is no such key
defineSkill({ handoff: [] });
// @ts-expect-error: a tool says what it is for
defineSkill({ tools: { silent: { execute: () => 1 } } });
