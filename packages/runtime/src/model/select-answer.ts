import type { Passage } from './retriever.ts';
import { leansBack, sentencesOf } from './sentences.ts';
import { numbersOf, subjectOf, termsOf } from './terms.ts';

interface Sentence {
  readonly text: string;
  /** Place in the article. */
  readonly order: number;
  /** Index in the candidates of the sentence before it in its passage, or -1. */
  readonly before: number;
  readonly leansBack: boolean;
  readonly inBest: boolean;
  readonly terms: ReadonlySet<string>;
}

/** The most sentences of an answer. */
const LONGEST = 4;
/** A best passage of up to so many sentences is taken whole: its author wrote them to be read together. */
const WHOLE = 3;
/** What a term of an earlier message counts, where one of the last message counts 1. */
const EARLIER_WEIGHT = 0.3;
/** What a term of the article's title counts: it chose the article and tells its sentences little apart. */
const TITLE_WEIGHT = 0.3;

/**
 * Takes an answer of one to four sentences out of passages of one article, `best` first: the best passage, or its lead
 * where it is long, then the sentences that cover most of what the question also asks, in the article's order. Each
 * brings the sentence it leans on, and out of another passage, where there is room, all that lead up to it. A term or a
 * small number of the question counts `ln(1 + S / s)` (S sentences, s of them with it), so that words the whole article
 * repeats decide little. A sentence that covers nothing new is left out.
 *
 * `userTexts` are the user's messages, oldest first; the last one is the question.
 */
export function selectAnswer(passages: readonly Passage[], userTexts: readonly string[]): string[] {
  const sentences = candidates(passages);
  const title = new Set(termsOf(passages[0]?.title ?? ''));
  const weights = termWeights(sentences, userTexts, title);
  const best = [...sentences.keys()].filter((index) => sentences[index]?.inBest);
  const chosen = new Set(best.length <= WHOLE ? best : best.slice(0, 1));
  while (chosen.size > 0 && chosen.size < LONGEST) {
    const next = mostTelling(sentences, chosen, weights);
    if (next === undefined) break;
    for (const index of next) chosen.add(index);
  }
  return [...chosen]
    .map((index) => sentences[index])
    .filter((sentence) => sentence !== undefined)
    .sort((a, b) => a.order - b.order)
    .map((sentence) => sentence.text);
}

function candidates(passages: readonly Passage[]): Sentence[] {
  const sentences: Sentence[] = [];
  const best = passages[0];
  for (const passage of [...passages].sort((a, b) => a.position - b.position)) {
    for (const [place, text] of sentencesOf(passage.text).entries()) {
      sentences.push({
        text,
        order: passage.position * 1000 + place,
        before: place > 0 ? sentences.length - 1 : -1,
        leansBack: leansBack(text),
        inBest: passage === best,
        terms: new Set([...termsOf(text), ...numbersOf(text)]),
      });
    }
  }
  return sentences;
}

function termWeights(
  sentences: readonly Sentence[],
  userTexts: readonly string[],
  title: ReadonlySet<string>,
): Map<string, number> {
  const weights = new Map<string, number>();
  for (const [age, text] of [...userTexts].reverse().entries()) {
    for (const term of [...subjectOf(text), ...numbersOf(text)]) {
      if (weights.has(term)) continue;
      const found = sentences.filter((sentence) => sentence.terms.has(term)).length;
      if (found === 0) continue;
      const rarity = Math.log(1 + sentences.length / found);
      const share = title.has(term) ? TITLE_WEIGHT : 1;
      weights.set(term, rarity * share * (age === 0 ? 1 : EARLIER_WEIGHT));
    }
  }
  return weights;
}

/** The sentence that adds most terms to the answer, after those it needs; undefined when none adds any or fits. */
function mostTelling(
  sentences: readonly Sentence[],
  chosen: ReadonlySet<number>,
  weights: ReadonlyMap<string, number>,
): number[] | undefined {
  const covered = new Set([...chosen].flatMap((index) => [...(sentences[index]?.terms ?? [])]));
  let best: { chain: number[]; gain: number } | undefined;
  for (const [index, sentence] of sentences.entries()) {
    if (chosen.has(index)) continue;
    let gain = 0;
    for (const [term, weight] of weights) {
      if (sentence.terms.has(term) && !covered.has(term)) gain += weight;
    }
    const chain = chainOf(sentences, index, chosen);
    if (gain > 0 && chosen.size + chain.length <= LONGEST && gain > (best?.gain ?? 0)) best = { chain, gain };
  }
  return best?.chain;
}

function chainOf(sentences: readonly Sentence[], index: number, chosen: ReadonlySet<number>): number[] {
  const chain: number[] = [];
  let needed = 0;
  let leans = true;
  for (let at = index; at >= 0 && !chosen.has(at); ) {
    const sentence = sentences[at];
    chain.unshift(at);
    if (leans) needed += 1;
    leans = leans && sentence?.leansBack === true;
    at = sentence?.before ?? -1;
  }
  const whole = !sentences[index]?.inBest && chosen.size + chain.length <= LONGEST;
  return whole ? chain : chain.slice(-needed);
}
