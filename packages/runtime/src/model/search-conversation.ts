import type { Passage, Retriever, SearchOptions } from './retriever.ts';
import { isCourtesy } from './terms.ts';

/** How many earlier messages may help. */
const EARLIER = 2;

/**
 * Searches for what the user's last message asks, in the light of the ones before it: "how much is it?" after a
 * question about delivery abroad finds the cost of delivery abroad. A passage ranks by its score for the last message
 * plus half of its score for the last messages together, and keeps the higher of the two as its `score`; a new subject
 * that nothing fits stays unanswered, because the messages together are then mostly uncovered. A greeting or thanks
 * finds nothing.
 *
 * `userTexts` are the user's messages, oldest first.
 */
export async function searchConversation(
  retriever: Retriever,
  userTexts: readonly string[],
  options: SearchOptions = {},
): Promise<Passage[]> {
  const last = userTexts.at(-1) ?? '';
  if (isCourtesy(last)) return [];
  const limit = options.limit ?? 4;
  const earlier = userTexts.slice(0, -1).filter((text) => !isCourtesy(text));
  if (earlier.length === 0) return [...(await retriever.search(last, { limit }))];
  // More than asked for: what both searches find may be far down in each.
  const wide = { limit: limit * 4 };
  const alone = await retriever.search(last, wide);
  const together = await retriever.search([...earlier.slice(-EARLIER), last].join('\n'), wide);
  return merge(alone, together).slice(0, limit);
}

function merge(alone: readonly Passage[], together: readonly Passage[]): Passage[] {
  const ranked = new Map<string, { passage: Passage; rank: number }>();
  const weighed = alone
    .map((passage) => ({ passage, weight: 1 }))
    .concat(together.map((passage) => ({ passage, weight: 0.5 })));
  for (const { passage, weight } of weighed) {
    const key = `${passage.article}\n${passage.position}`;
    const known = ranked.get(key);
    const rank = (known?.rank ?? 0) + passage.score * weight;
    const better = known !== undefined && known.passage.score >= passage.score ? known.passage : passage;
    ranked.set(key, { passage: better, rank });
  }
  // Array.sort is stable: among equals the retriever's own order stays.
  return [...ranked.values()].sort((a, b) => b.rank - a.rank).map(({ passage }) => passage);
}
