/** What customer service knows about a customer and tells the department that takes over. */
export interface Customer {
  readonly tier: 'standard' | 'plus';
  readonly historySummary: string;
  readonly openTickets: readonly string[];
}

const STRANGER: Customer = { tier: 'standard', historySummary: 'no earlier contact', openTickets: [] };

/** A stand-in for the shop's customer database. */
const CUSTOMERS = new Map<string, Customer>([
  ['ada', { tier: 'plus', historySummary: 'three orders this year, one return', openTickets: [] }],
  ['grace', { tier: 'standard', historySummary: 'first order last week', openTickets: ['T-1042'] }],
]);

/** A customer by user id; someone who is not known, or not named, is a stranger. */
export async function findCustomer(id: string | undefined): Promise<Customer> {
  return (id === undefined ? undefined : CUSTOMERS.get(id)) ?? STRANGER;
}
