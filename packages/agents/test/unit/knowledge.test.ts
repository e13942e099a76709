import { readdir, readFile } from 'node:fs/promises';
import { loadKnowledge } from '@baton/runtime';
import { describe, expect, test } from 'vitest';

const AGENTS = [
  'billing-department',
  'customer-service',
  'general-assistant',
  'shipping-department',
  'technical-support',
] as const;
type Agent = (typeof AGENTS)[number];

const root = new URL('../../knowledge/', import.meta.url);
const folderOf = (agent: Agent) => new URL(`${agent}/`, root);
const loaded = new Map(
  await Promise.all(AGENTS.map(async (agent) => [agent, await loadKnowledge(folderOf(agent))] as const)),
);

/** A passage below this is not given as an answer. */
const FITS = 0.45;

const QUESTIONS: readonly (readonly [agent: Agent, question: string, article: string, fact: string])[] = [
  ['shipping-department', 'where is my parcel?', 'track-your-parcel', 'tracking link'],
  ['shipping-department', 'Can you track my pacel LM12345678 please', 'track-your-parcel', 'tracking link'],
  ['shipping-department', 'do you ship to germany?', 'delivery-abroad', 'European Union'],
  ['shipping-department', "I wasn't home when the driver came", 'missed-delivery', 'next working day'],
  ['shipping-department', 'tracking says delivered but i never got it', 'lost-parcel', 'five working days'],
  ['billing-department', 'you charged me twice!!', 'double-charge', 'reservation'],
  ['billing-department', 'when do I get my money back', 'refund-times', '3 to 5 working days'],
  ['billing-department', 'can i pay with paypal', 'payment-methods', 'PayPal'],
  [
    'billing-department',
    'Why do I see an extra £1 charge on my statement?',
    'card-fees',
    'check of a new card',
  ],
  ['billing-department', 'there is a payment on my card i did not make', 'unknown-payment', 'Freeze'],
  ['technical-support', 'wifi keeps dropping', 'wifi-keeps-dropping', '30 seconds'],
  ['technical-support', "my tablet won't turn on", 'device-will-not-switch-on', 'Charge the device'],
  ['technical-support', 'what does error E05 mean', 'error-codes', 'water problem'],
  ['technical-support', 'not getting the sms code', 'two-factor-login', 'newest one'],
  ['customer-service', 'what are your opening hours', 'contact-and-opening-hours', '8 am to 8 pm'],
  ['customer-service', "my card still hasn't arrived", 'card-not-arrived', '5 to 7 working days'],
  ['customer-service', 'can i cancel my order', 'change-or-cancel-an-order', 'until it is dispatched'],
  ['customer-service', 'how do I delete my account', 'close-your-account', 'Close account'],
  ['general-assistant', 'do you have student discounts?', 'student-discount', '10 per cent'],
  ['general-assistant', 'are you hiring', 'careers', 'larkmere.example/jobs'],
];

const cases = QUESTIONS.map(([agent, question, article, fact]) => ({ agent, question, article, fact }));

test.each(cases)('$agent answers "$question" from $article', ({ agent, question, article, fact }) => {
  const [best] = loaded.get(agent)!.search(question);
  expect(best?.article).toBe(article);
  expect(best?.score).toBeGreaterThanOrEqual(FITS);
  expect(best?.text).toContain(fact);
});

const ELSEWHERE = [
  'what is the capital of France',
  'who won the football world cup in 1998',
  'how do I bake sourdough bread',
  'which planet is the biggest in the solar system',
  'tell me a joke',
];

describe.each(AGENTS)('the knowledge of %s', (agent) => {
  test.each(ELSEWHERE)('has no answer to "%s"', (question) => {
    expect(loaded.get(agent)!.search(question)[0]?.score ?? 0).toBeLessThan(FITS);
  });

  test('has a dozen articles or more, each with its own title', () => {
    const { topics, articles } = loaded.get(agent)!;
    expect(articles.length).toBeGreaterThanOrEqual(12);
    expect(new Set(topics).size).toBe(topics.length);
  });

  test('is short articles of two to four paragraphs that begin with a heading', async () => {
    for (const file of await readdir(folderOf(agent))) {
      const text = await readFile(new URL(file, folderOf(agent)), 'utf8');
      expect(text, file).toMatch(/^# \S/);
      const words = text.replace(/<!--[\s\S]*?-->/g, '').match(/\S+/g)?.length ?? 0;
      expect(words, file).toBeGreaterThanOrEqual(60);
      expect(words, file).toBeLessThanOrEqual(150);
    }
    for (const { id, paragraphs } of loaded.get(agent)!.articles) {
      expect(paragraphs.length, id).toBeGreaterThanOrEqual(2);
      expect(paragraphs.length, id).toBeLessThanOrEqual(4);
    }
  });
});

test.each([
  [
    'billing-department',
    'I was charged twice for my order. How do I get my money back?',
    'We refund the second payment within 3 working days',
  ],
  [
    'technical-support',
    'My router shows an error and the wifi keeps dropping. What can I do?',
    'Unplug the router for 30 seconds',
  ],
  [
    'shipping-department',
    'Where is my parcel? The tracking has not moved for three days.',
    'If the tracking stays the same for three working days, contact',
  ],
] as const)('%s finds the fact that answers "%s"', (agent, question, fact) => {
  const knowledge = loaded.get(agent)!;
  const passages = knowledge.search(question);
  const ofBest = passages.filter(({ article }) => article === passages[0]?.article);
  expect(ofBest.map(({ text }) => text).join(' ')).toContain(fact);
});
