import { type Context, handoff, hook, Skill, textOf } from '@baton/runtime';
import type { EscalationSkill } from '@baton/skills';
import { findCustomer } from './customers.ts';

/** Which words belong to which department, asked in this order: "payment error" is about the payment. */
const DEPARTMENTS: readonly (readonly [agent: string, words: RegExp])[] = [
  [
    'billing-department',
    /\b(bill(s|ed|ing)?|pay(s|ing|ments?)?|paid|charg(e|es|ed|ing)|refund(s|ed)?|invoices?|fees?|transfers?|top.?up|direct debits?|exchange rates?|gift cards?|(gift|discount|promo) codes?|vouchers?|vat|subscriptions?|instal?lments?)\b/,
  ],
  [
    'technical-support',
    /\b(tech(nical)?|broken|errors?|wi-?fi|router|app|log ?in|reset|update|battery|bluetooth|screen|printer|crash(es|ed)?)\b/,
  ],
  [
    'shipping-department',
    /\b(ship(s|ped|ping|ment)?|deliver(y|ed|ies)?|track(s|ed|ing)?|parcels?|packages?|couriers?)\b/,
  ],
  [
    'general-assistant',
    /\b(stores?|jobs?|careers?|students?|gift wrap(ping)?|newsletters?|recycl(e|ing)|workshops?)\b/,
  ],
];

/** A message that leans on the one before it goes where that one went. */
const FOLLOW_UP = /^(and|but|so|then|what about|how about)\b|\b(it|that|this|them|those)\b/i;

/** A customer who asks for a person is not argued with. */
const WANTS_A_PERSON =
  /\b(talk|speak|chat|connect me|put me through) (to|with) (a |an |your |the )?(real |live |human )?(human|person|people|somebody|someone|agent|advisor|representative|manager)\b|\b(real|live|actual) (human|person)\b/i;

function departmentFor(query: string): string | null {
  const words = query.toLowerCase();
  return DEPARTMENTS.find(([, pattern]) => pattern.test(words))?.[0] ?? null;
}

/** What the customer wrote: last, or as many messages before. */
function question({ messages }: Context, before = 0): string {
  const message = messages.filter(({ role }) => role === 'user').at(-1 - before);
  return message ? textOf(message) : '';
}

/** Routes a customer to the right department and tells it who is asking, or to a person. */
export class CustomerServiceSkill extends Skill {
  constructor() {
    super({ dependencies: ['escalation'] });
  }

  @hook('on_message')
  async callPerson(context: Context): Promise<void> {
    if (!WANTS_A_PERSON.test(question(context))) return;
    const people = this.skill<EscalationSkill>('escalation');
    context.answer = await people.escalateToHuman({ reason: question(context) });
  }

  @handoff({
    description: 'billing, technical support, shipping or the general assistant, by words',
  })
  routeToDepartment(query: string, context: Context): string | null {
    const department = departmentFor(query);
    return department ?? (FOLLOW_UP.test(query) ? departmentFor(question(context, 1)) : null);
  }

  @hook('before_handoff')
  async addCustomerContext(context: Context): Promise<void> {
    const customer = await findCustomer(context.peerUserId);
    context.handoffMetadata = {
      ...context.handoffMetadata,
      customer_tier: customer.tier,
      history_summary: customer.historySummary,
      open_tickets: customer.openTickets,
    };
  }
}
