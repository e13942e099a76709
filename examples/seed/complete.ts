/** Customer service: a front desk, three departments in processes of their own, and people behind it all. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  BaseAgent,
  type Context,
  handoff,
  hook,
  join,
  type Message,
  Skill,
  textOf,
  tool,
} from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { DiscoverySkill, NLISkill } from '@baton/skills';

interface Ticket {
  readonly id: number;
  readonly customerId: string | undefined;
  readonly reason: string;
  readonly conversation: readonly Message[];
}

class CustomerServiceSkill extends Skill {
  readonly tickets: Ticket[] = [];

  constructor() {
    super({ dependencies: ['nli', 'discovery'] });
  }

  @handoff(undefined, { description: 'billing, technical and shipping questions' })
  routeToDepartment(query: string): string | null {
    const text = query.toLowerCase();
    const hasAny = (...words: string[]) => words.some((word) => text.includes(word));
    if (hasAny('bill', 'payment', 'charge')) return 'billing-department';
    if (hasAny('tech', 'broken', 'error')) return 'technical-support';
    if (hasAny('ship', 'delivery', 'track')) return 'shipping-department';
    return null;
  }

  @hook('before_handoff')
  async addCustomerContext(context: Context) {
    // Get customer info
    const customer = await this.#getCustomer(context.peerUserId);

    // Add to what travels with the handoff
    Object.assign(context.handoffMetadata, {
      customer_tier: customer.tier ?? 'standard',
      history_summary: `${customer.orders ?? 0} orders`,
      open_tickets: customer.openTickets ?? [],
    });
  }

  @tool
  async escalateToHuman({ reason }: { reason: string }): Promise<string> {
    const { peerUserId: customerId, messages: conversation } = this.getContext();
    const ticket = { id: this.tickets.length + 1, customerId, reason, conversation };
    this.tickets.push(ticket);
    return `I've created support ticket #${ticket.id}. A human agent will contact you within 24 hours.`;
  }

  /** A stand-in for a shop's customer database. */
  async #getCustomer(id = ''): Promise<{ tier?: string; orders?: number; openTickets?: string[] }> {
    return id === 'ada' ? { tier: 'plus', orders: 3, openTickets: ['T-1'] } : {};
  }
}

/** Stands in for a language model: angry people are passed on to people. */
const model = scriptedModel(({ messages }) => {
  const { role, content } = messages.at(-1) ?? { content: '' };
  if (role === 'tool') return [{ type: 'text', text: content }];
  if (!content.includes('angry')) return [{ type: 'text', text: 'How can I help?' }];
  const call = { id: 'call-1', name: 'escalateToHuman', arguments: '{"reason":"an angry customer"}' };
  return [{ type: 'tool_call', ...call }];
});

const routing = new CustomerServiceSkill();
const agent = new BaseAgent({
  name: 'customer-service',
  instructions: 'You are a helpful customer service agent. Route queries to appropriate departments.',
  model, // or 'openai/gpt-4o'
  skills: { routing, nli: new NLISkill(), discovery: new DiscoverySkill() },
});

/** Starts a department as a process of its own; resolves once it can be reached. */
async function startDepartment(name: string) {
  const child = fork(new URL('./complete/department.ts', import.meta.url), [name]);
  const [said] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  assert.equal(said, 'ready', `${name} did not start`);
  return child;
}

const names = ['billing-department', 'technical-support', 'shipping-department'];
const departments = await Promise.all(names.map(startDepartment));
await using mesh = await join({ owner: 'seed-complete' });
await mesh.launch(agent);

const refund = await mesh.ask('customer-service', 'There is a payment error on my bill', { user: 'ada' });
console.log(refund.agent, refund.response, refund.insights);
assert.deepEqual(
  [refund.agent, refund.response],
  ['billing-department', 'I have refunded the second charge.'],
);
assert.deepEqual(refund.insights, {
  customer: 'ada',
  customer_tier: 'plus',
  open_tickets: ['T-1'],
  pid: departments[0]?.pid,
});

const repair = await mesh.ask('customer-service', 'My lamp is broken');
assert.deepEqual([repair.agent, repair.insights.customer_tier], ['technical-support', 'standard']);
const parcel = await mesh.ask('customer-service', 'Please TRACK my parcel');
assert.equal(parcel.agent, 'shipping-department');
const hello = await mesh.ask('customer-service', 'Hello');
assert.deepEqual([hello.agent, hello.response], ['customer-service', 'How can I help?']);

const angry = await mesh.ask('customer-service', 'I am angry', { user: 'ada' });
console.log(angry.response);
assert.match(angry.response ?? '', /ticket #1\b.*within 24 hours/);
const [ticket] = routing.tickets;
assert.deepEqual([ticket?.customerId, ticket?.conversation.map(textOf)], ['ada', ['I am angry']]);

for (const department of departments) department.disconnect();
await Promise.all(departments.map((department) => once(department, 'exit')));
