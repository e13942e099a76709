import { expect, test } from 'vitest';
import { extractiveModel } from '../../../src/model/extractive.ts';
import type { ModelRequest } from '../../../src/model/model.ts';
import type { Passage } from '../../../src/model/retriever.ts';

const LEAD =
  'Standard delivery takes 2 days. Express delivery takes one day. It must be ordered by noon. Large items take a week.';
const passage = (changes: Partial<Passage>): Passage => ({
  article: 'delivery',
  title: 'Delivery',
  text: LEAD,
  position: 0,
  score: 0.9,
  ...changes,
});

const request = (question: string, changes: Partial<ModelRequest> = {}): ModelRequest => ({
  instructions: '',
  messages: [{ role: 'user', content: question }],
  tools: [],
  passages: [],
  topics: ['Where is my parcel?', 'Refunds'],
  signal: new AbortController().signal,
  ...changes,
});

async function pieces(made: ModelRequest): Promise<string[]> {
  const texts: string[] = [];
  for await (const event of extractiveModel().generate(made)) {
    if (event.type === 'text') texts.push(event.text);
  }
  return texts;
}

const answer = async (made: ModelRequest) => (await pieces(made)).join('');

test('the lead of a long passage is followed by the sentences that fit, in the order of the article', async () => {
  const answered = await answer(request('how about large items?', { passages: [passage({})] }));
  expect(answered).toBe('Standard delivery takes 2 days. Large items take a week.');
});

test('a sentence that leans on the one before brings it along', async () => {
  const answered = await answer(request('until noon?', { passages: [passage({})] }));
  expect(answered).toBe(
    'Standard delivery takes 2 days. Express delivery takes one day. It must be ordered by noon.',
  );
});

test('a short passage is given whole and other passages of the article add what is asked besides', async () => {
  const passages = [
    passage({ text: 'Returns are free. Use the label.', position: 1 }),
    passage({ text: 'Refunds take 5 days. Gifts too.', position: 2, score: 0.3 }),
    passage({ article: 'other', text: 'Refunds of other things.', position: 0 }),
  ];
  expect(await answer(request('returns and refunds?', { passages }))).toBe(
    'Returns are free. Use the label. Refunds take 5 days.',
  );
});

test('a sentence of another passage brings what leads up to it', async () => {
  const passages = [
    passage({ text: 'Returns are free.' }),
    passage({ text: 'Send us the number. Refunds take 5 days. Gifts too.', position: 1, score: 0.5 }),
  ];
  expect(await answer(request('returns: when is my money back?', { passages }))).toBe(
    'Returns are free. Send us the number. Refunds take 5 days.',
  );
});

test('a number asked for chooses the sentence that has it, in words or digits', async () => {
  const answered = await answer(
    request('after 2 days?', { passages: [passage({ text: `${LEAD} After two, call.` })] }),
  );
  expect(answered).toBe('Standard delivery takes 2 days.');
  const week = passage({ text: 'Standard is fast. Large is slow. Call us. After three days, write.' });
  expect(await answer(request('no news for 3 days', { passages: [week] }))).toBe(
    'Standard is fast. After three days, write.',
  );
});

test('an answer has four sentences at most', async () => {
  const text =
    'Apples are red. Pears are green. Plums are blue. Figs are brown. Limes are sour. Kiwis are hairy.';
  const question = 'apples pears plums figs limes kiwis';
  expect((await answer(request(question, { passages: [passage({ text })] }))).match(/\./g)).toHaveLength(4);
});

test('nothing that fits is said honestly, with what there is', async () => {
  const expected = 'I do not have an article about that. I can help with: Where is my parcel, Refunds.';
  expect(await answer(request('dinosaurs'))).toBe(expected);
  expect(await answer(request('dinosaurs', { passages: [passage({ score: 0.2 })] }))).toBe(expected);
  expect(await answer(request('dinosaurs', { topics: [] }))).toBe('I do not have an article about that.');
});

test('of many topics eight are named and the others counted', async () => {
  const topics = Array.from({ length: 20 }, (_, index) => `T${index}`);
  expect(await answer(request('dinosaurs', { topics }))).toMatch(/: T0, .*, T7, and 12 more\.$/);
});

test('a greeting and thanks get a courtesy, and a message without a subject an offer', async () => {
  expect(await answer(request('hello!'))).toMatch(/^Hello\. I can help with/);
  expect(await answer(request('thank you'))).toMatch(/^You are welcome\./);
  expect(await answer(request('what can you do?'))).toMatch(/^I can help with/);
});

test('the answer is streamed in pieces that joined give it exactly', async () => {
  const made = request('dinosaurs');
  const all = await pieces(made);
  expect(all.length).toBeGreaterThan(3);
  expect(all.every((piece) => piece.trim().split(/\s+/).length <= 4)).toBe(true);
});

test('an abort stops it between two pieces with CANCELLED', async () => {
  const caller = new AbortController();
  const events = extractiveModel()
    .generate(request('dinosaurs', { signal: caller.signal }))
    [Symbol.asyncIterator]();
  await events.next();
  caller.abort();
  await expect(events.next()).rejects.toMatchObject({ code: 'CANCELLED' });
});
