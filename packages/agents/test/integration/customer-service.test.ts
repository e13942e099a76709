import { randomUUID } from 'node:crypto';
import { join, type Mesh } from '@baton/runtime';
import { Tickets } from '@baton/skills';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import billing from '../../src/billing-department.ts';
import desk from '../../src/customer-service.ts';
import general from '../../src/general-assistant.ts';
import shipping from '../../src/shipping-department.ts';
import technical from '../../src/technical-support.ts';

let mesh: Mesh;

beforeAll(async () => {
  mesh = await join({ server: inject('broker'), owner: `t-${randomUUID().slice(0, 8)}` });
  for (const agent of [billing, shipping, technical, general, desk]) await mesh.launch(agent);
});

afterAll(() => mesh.close());

it.each([
  [
    'I was charged twice for my order. How do I get my money back?',
    'billing-department',
    /We refund the second payment within 3 working days/,
  ],
  ['My router shows an error and the wifi keeps dropping.', 'technical-support', /router/i],
  [
    'Where is my parcel? The tracking has not moved for three days.',
    'shipping-department',
    /stays the same for three working days, contact/,
  ],
  ['Do you sell gift cards?', 'billing-department', /Gift cards are available/],
  ['can I use a gift card', 'billing-department', /Gift card/i],
  ['Is VAT included?', 'billing-department', /include VAT/],
  ['how do I cancel my subscription', 'billing-department', /Subscriptions, Cancel/],
  ['do you offer gift wrapping?', 'general-assistant', /wrap/i],
  ['There was a payment error', 'billing-department', /./],
  ['Do you have a student discount?', 'general-assistant', /student/i],
  ['What are your opening hours?', 'customer-service', /Monday/],
  ['My charger is broken', 'technical-support', /./],
])('sends "%s" to %s', async (question, agent, answer) => {
  const result = await mesh.ask('customer-service', question);
  expect(result).toMatchObject({ success: true, agent, response: expect.stringMatching(answer) });
});

it('sends a follow-up where the question before it went', async () => {
  const conversation = randomUUID();
  await mesh.ask('customer-service', 'do you deliver to Norway?', { conversation });
  const result = await mesh.ask('customer-service', 'and how much does it cost?', { conversation });
  expect(result).toMatchObject({ agent: 'shipping-department', response: expect.stringMatching(/£\d/) });
});

it.each([
  'I want to talk to a human',
  'Can I speak with someone about my bill?',
  'put me through to a real person!',
])('makes a ticket for "%s", and brings the answer with the next question', async (question) => {
  const customer = { user: 'ada', conversation: randomUUID() };
  const { response, handoffs } = await mesh.ask('customer-service', question, customer);
  const id = /^I've created support ticket #(\w{6})\./.exec(response ?? '')?.[1] ?? '';
  expect([handoffs, response]).toEqual([[], expect.stringContaining('within 24 hours')]);
  await (await Tickets.open(mesh)).answer(id, { text: 'It is paid back.', by: 'Grace' });
  const next = await mesh.ask('customer-service', 'Do you sell gift cards?', customer);
  expect(next.response).toMatch(
    /^Grace answered your support ticket #\w{6}: It is paid back\.\n\nGift cards are/,
  );
  expect(next.agent).toBe('billing-department');
});

it('says honestly when no article fits', async () => {
  const result = await mesh.ask('customer-service', 'zorp blick?');
  expect(result.response).toMatch(/do not have an article/);
});
