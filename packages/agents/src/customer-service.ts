import { BaseAgent } from '@baton/runtime';
import { EscalationSkill, MemorySkill } from '@baton/skills';
import { CustomerServiceSkill } from './customer-service-skill.ts';
import { knowledgeOf } from './department.ts';

export default new BaseAgent({
  name: 'customer-service',
  description:
    'The front desk of Larkmere, an online shop: answers, or hands the question to the right department.',
  instructions:
    'You are the helpful front desk of Larkmere, an online shop. Answer briefly, from the articles you are given.',
  model: 'openai/gpt-4o-mini',
  knowledge: knowledgeOf('customer-service'),
  // What no rule catches a language model may hand over by itself.
  handoffs: ['billing-department', 'technical-support', 'shipping-department', 'general-assistant'],
  skills: {
    memory: new MemorySkill(),
    escalation: new EscalationSkill(),
    routing: new CustomerServiceSkill(),
  },
});
