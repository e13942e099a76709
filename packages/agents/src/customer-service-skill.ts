import { type Context, handoff, hook, Skill } from '@baton/runtime';
import { findCustomer } from './customers.ts';

/** Which words belong to which department, asked in this order: "payment error" is about the payment. */
const DEPARTMENTS: readonly (readonly [agent: string, words: RegExp])[] = [
  [
    'billing-department',
    /\b(bill(s|ed|ing)?|pay(s|ing|ments?)?|paid|charg(e|es|ed|ing)|refund(s|ed)?|invoices?|fees?|transfers?|top.?up|direct debits?|exchange rates?)\b/,
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

/** Routes a customer to the right department and tells it who is asking. */
export class CustomerServiceSkill extends Skill {
  @handoff(undefined, {
    description: 'billing, technical support, shipping or the general assistant, by words',
  })
  routeToDepartment(query: string): string | null {
    const words = query.toLowerCase();
    return DEPARTMENTS.find(([, pattern]) => pattern.test(words))?.[0] ?? null;
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
