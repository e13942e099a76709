import { type Context, handoff, hook, Skill, textOf } from '@baton/runtime';
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

function departmentFor(query: string): string | null {
  const words = query.toLowerCase();
  return DEPARTMENTS.find(([, pattern]) => pattern.test(words))?.[0] ?? null;
}

function previousQuestion({ messages }: Context): string {
  const previous = messages.filter(({ role }) => role === 'user').at(-2);
  return previous ? textOf(previous) : '';
}

/** Routes a customer to the right department and tells it who is asking. */
export class CustomerServiceSkill extends Skill {
  @handoff(undefined, {
    description: 'billing, technical support, shipping or the general assistant, by words',
  })
  routeToDepartment(query: string, context: Context): string | null {
    const department = departmentFor(query);
    return department ?? (FOLLOW_UP.test(query) ? departmentFor(previousQuestion(context)) : null);
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
