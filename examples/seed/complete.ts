/** Customer service: a front desk, three departments in processes of their own, and people behind it all. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { BaseAgent, type Context, handoff, hook, join, Skill, textOf, tool } from '@baton/runtime';
import { scriptedModel } from '@baton/runtime/testing';
import { DiscoverySkill, EscalationSkill, NLISkill, Tickets } from '@baton/skills';

class CustomerServiceSkill extends Skill {
  constructor() {
    super({ dependencies: ['nli', 'discovery'] });
  }

  @handoff({ description: 'billing, technical and shipping questions' })
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

  /** Within a tool, as in whatever it calls, `getContext()` is the run it is part of. */
  @tool
  async lookUpOrders() {
    const { orders = 0, openTickets = [] } = await this.#getCustomer(this.getContext().peerUserId);
    return { orders, openTickets };
  }

  /** A stand-in for a shop's customer database. */
  async #getCustomer(id = ''): Promise<{ tier?: string; orders?: number; openTickets?: string[] }> {
    return id === 'ada' ? { tier: 'plus', orders: 3, openTickets: ['T-1'] } : {};
  }
}

/** Stands in for a language model: it looks up orders, and passes angry people on, by the tool of `EscalationSkill`. */
const model = scriptedModel(({ messages }) => {
  const { role, content } = messages.at(-1) ?? { content: '' };
  if (role === 'tool') return [{ type: 'text', text: content }];
  const call = (name: string, args: string) => [
    { type: 'tool_call', id: '1', name, arguments: args } as const,
  ];
  if (content === 'I am angry') return call('escalateToHuman', '{"reason":"an angry customer"}');
  if (content === 'What did I order?') return call('lookUpOrders', '{}');
  return [{ type: 'text', text: 'How can I help?' }];
});

const agent = new BaseAgent({
  name: 'customer-service',
  instructions: 'You are a helpful customer service agent. Route queries to appropriate departments.',
  model, // or 'openai/gpt-4o'
  skills: {
    routing: new CustomerServiceSkill(),
    nli: new NLISkill(),
    discovery: new DiscoverySkill(),
    escalation: new EscalationSkill(), // the tool escalateToHuman({ reason })
  },
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

const orders = await Promise.all(
  ['ada', 'bob'].map((user) => mesh.ask('customer-service', 'What did I order?', { user })),
);
assert.deepEqual(
  orders.map(({ response }) => response),
  ['{"orders":3,"openTickets":["T-1"]}', '{"orders":0,"openTickets":[]}'],
);

const ada = { user: 'ada', conversation: randomUUID() };
const angry = await mesh.ask('customer-service', 'I am angry', ada);
console.log(angry.response);
const [, id = ''] =
  /^I've created support ticket #(\w{6})\. .* within 24 hours\.$/.exec(angry.response ?? '') ?? [];

// Somebody reads the ticket and answers it: `baton tickets answer` does the same.
const tickets = await Tickets.open(mesh);
const ticket = await tickets.find(id);
assert.deepEqual([ticket.customerId, ticket.messages.map(textOf)], ['ada', ['I am angry']]);
await tickets.answer(id, { text: 'I am sorry, Ada.', by: 'Grace' });

// The answer is there with the next message of the conversation.
const calmed = await mesh.ask('customer-service', 'Hello?', ada);
console.log(calmed.response);
assert.equal(
  calmed.response,
  `Grace answered your support ticket #${id}: I am sorry, Ada.\n\nHow can I help?`,
);

for (const department of departments) department.disconnect();
await Promise.all(departments.map((department) => once(department, 'exit')));
