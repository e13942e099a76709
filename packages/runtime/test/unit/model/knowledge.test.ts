import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { parseArticle } from '../../../src/model/article.ts';
import { Knowledge } from '../../../src/model/knowledge.ts';
import { loadKnowledge } from '../../../src/model/load-knowledge.ts';
import { searchConversation } from '../../../src/model/search-conversation.ts';

const ARTICLES: Record<string, string> = {
  abroad:
    '# Delivery abroad\n\nWe deliver to Norway.\n\nDelivery abroad costs £9.95.\n\n<!-- keywords: foreign, Oslo -->',
  costs: '# Delivery costs\n\nStandard delivery costs £3.95.\n\nExpress is dearer.',
  refunds: '# Refunds\n\nA refund takes 5 days.\n\nCharged twice? Tell us the order number.',
  tracking: '# Where is my parcel?\n\nUse the tracking link.\n\nParcels are scanned at every stop.',
};

const knowledge = new Knowledge(Object.entries(ARTICLES).map(([id, markdown]) => parseArticle(id, markdown)));

async function folderOf(files: Record<string, string>) {
  const path = await mkdtemp(join(tmpdir(), 'knowledge-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

test('a folder is read by path or URL, in the order of the names, Markdown only', async () => {
  await using folder = await folderOf({
    'b.md': '# B\n\nText.',
    'a.MD': '# A\n\nText.',
    'c.txt': '# C\n\nText.',
  });
  expect((await loadKnowledge(folder.path)).topics).toEqual(['A', 'B']);
  expect((await loadKnowledge(pathToFileURL(folder.path))).articles.map(({ id }) => id)).toEqual(['a', 'b']);
});

test('a missing folder, a file, and a folder without an article are INVALID_ARGUMENT and name the path', async () => {
  await using folder = await folderOf({ 'empty.md': '# Only a title\n' });
  const missing = join(folder.path, 'nowhere');
  for (const path of [missing, join(folder.path, 'empty.md'), folder.path]) {
    const loading = loadKnowledge(path);
    await expect(loading).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(loading).rejects.toThrow(path);
    await expect(loading).rejects.toThrow('.md');
  }
});

test.each([
  ['where are my parcels', 'tracking'],
  ['I was charged two times, charging me twice!', 'refunds'],
  ['refunding', 'refunds'],
  ['where is my pacel', 'tracking'],
  ['parcel LM12345678', 'tracking'],
  ['do you deliver to Oslo', 'abroad'],
])('%j finds %s', (query, article) => {
  const [best] = knowledge.search(query);
  expect(best?.article).toBe(article);
  expect(best?.score).toBeGreaterThan(0.45);
});

test('the passage that answers comes before the rest of its article', () => {
  expect(knowledge.search('charged twice')[0]).toMatchObject({ article: 'refunds', position: 1 });
});

test('a score is 1 when everything is covered and falls with what is not', () => {
  const score = (query: string) => knowledge.search(query)[0]?.score ?? 0;
  expect(score('refund')).toBe(1);
  expect(score('refund for my purple unicorn costume party')).toBeLessThan(0.45);
  expect(score('pizza')).toBe(0);
  expect(score('what should I do?')).toBe(0);
  expect(score('')).toBe(0);
});

test('a question of a megabyte is answered by its two ends', () => {
  const noise = Array.from({ length: 150_000 }, (_, index) => `noise${index}`).join(' ');
  expect(knowledge.search(`refund ${noise} parcel`, { limit: 9 }).map(({ article }) => article)).toEqual(
    expect.arrayContaining(['refunds', 'tracking']),
  );
  expect(knowledge.search('parcel '.repeat(140_000))).toEqual(knowledge.search('parcel'));
  expect(knowledge.search('parcel'.repeat(170_000))).toEqual([]);
});

test('no more passages than the limit are returned, four by default', () => {
  expect(knowledge.search('delivery parcel refund')).toHaveLength(4);
  expect(knowledge.search('delivery parcel refund', { limit: 1 })).toHaveLength(1);
});

test('a follow-up is searched in the light of what came before', async () => {
  const [best] = await searchConversation(knowledge, ['do you deliver to Norway?', 'how much is it?']);
  expect(best).toMatchObject({ article: 'abroad', position: 1 });
  const [again] = await searchConversation(knowledge, ['my parcel is late', 'what should I do now?']);
  expect(again?.article).toBe('tracking');
});

test('a new subject wins over the old one, and an unknown one is not answered with it', async () => {
  const [best] = await searchConversation(knowledge, ['where is my parcel?', 'and my refund?']);
  expect(best?.article).toBe('refunds');
  const [unknown] = await searchConversation(knowledge, [
    'where is my parcel?',
    'do you sell dinosaur pizza',
  ]);
  expect(unknown?.score ?? 0).toBeLessThan(0.45);
});

test('thanks find nothing, and a conversation may be empty', async () => {
  expect(await searchConversation(knowledge, ['where is my parcel?', 'thanks!'])).toEqual([]);
  expect(await searchConversation(knowledge, [])).toEqual([]);
});

test('a retriever of the user may be asynchronous', async () => {
  const passage = { article: 'x', title: 'X', text: 'Mine.', position: 0, score: 0.9 };
  const own = { topics: ['X'], search: async () => [passage] };
  expect(await searchConversation(own, ['one', 'two'])).toEqual([passage]);
});
