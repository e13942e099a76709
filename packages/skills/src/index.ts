export {
  type DiscoveryOptions,
  DiscoverySkill,
  type FindAgentsOptions,
  type FoundAgent,
} from './discovery/discovery-skill.ts';
export type { Scorer } from './discovery/scorer.ts';
export { type EscalationOptions, EscalationSkill } from './escalation/escalation-skill.ts';
export { Ticket, TicketAnswer } from './escalation/ticket.ts';
export { Tickets } from './escalation/tickets.ts';
export { type MemoryOptions, MemorySkill } from './memory/memory-skill.ts';
export type { Summarize } from './memory/summarizer.ts';
export { type NLIOptions, NLISkill } from './nli/nli-skill.ts';
export type { Amount } from './payment/amount.ts';
export type { Balance } from './payment/ledger-fold.ts';
export type { PaymentLimits } from './payment/limits.ts';
export { type Charge, type Deposit, type PaymentOptions, PaymentSkill } from './payment/payment-skill.ts';
