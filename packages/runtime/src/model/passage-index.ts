import MiniSearch, { type Options, type SearchResult } from 'minisearch';
import type { Article } from './article.ts';
import type { Passage } from './retriever.ts';
import { isWeak, queryTermsOf, subjectOf, termOf, termsOf, tokenize } from './terms.ts';

type PassageEntry = Omit<Passage, 'score'> & { readonly id: string; readonly heading: string };

interface ArticleEntry {
  readonly id: string;
  readonly title: string;
  readonly keywords: string;
  readonly body: string;
}

/** The shortest unknown word that is taken for a misspelling: shorter ones are too close to other words. */
const MISSPELT_LENGTH = 5;
/** The longest: past it is no word, and comparing it with every other is dear. */
const LONGEST_WORD = 40;
/** What a word counts that was read as a misspelling of a known one. */
const MISSPELT_SHARE = 0.8;
/** What a word counts that only the article's keywords or only other passages of the article have. */
const KEYWORD_SHARE = 0.8;
const ELSEWHERE_SHARE = 0.6;
/** The weight of a word no article has, as a share of the rarest word's: it may be a name or a detail. */
const UNKNOWN_WEIGHT = 0.7;
/** How much of a passage's rank is its article's, the rest being how well it does among the article's passages. */
const ARTICLE_PART = 0.6;
/** The lead of an article says what the article is about. */
const LEAD_BOOST = 1.25;

/**
 * Finds articles by BM25+ (MiniSearch) over title, keywords and body, then their passages by BM25+ over heading and text.
 *
 * A passage's `score` says how much of the query's subject it covers, 0..1. Over the query's distinct subject terms t
 * (stemmed; no stop words, weak words or bare numbers): `score = covered / (covered + missed / found)`, where
 * covered = sum of idf(t) * share(t), missed = sum of idf(t) * (1 - share(t)), found = the number of t with a share. For
 * one term found it is the plain share of the idf mass; the division by `found` is ours: two rare words that meet in
 * one article are no accident, and a long question has details no article knows.
 * `idf(t) = ln(1 + (N - n + 0.5) / (n + 0.5))` (Robertson and Sparck Jones, as in BM25; N articles, n of them with t);
 * a word no article has counts less, and with four digits in a row (an order number) not at all. share(t) is 1 in the passage
 * or the title, less in the keywords or elsewhere in the article, else 0.
 *
 * The order is by the article's BM25 times the best score of its passages, then by the passage's own BM25 times its
 * score among the passages of its article.
 */
export class PassageIndex {
  readonly #articles = new MiniSearch<ArticleEntry>({
    ...this.#options({ title: 3, keywords: 2.5, body: 1 }),
    fields: ['title', 'keywords', 'body'],
  });
  readonly #passages = new MiniSearch<PassageEntry>({
    ...this.#options({ heading: 1.5, text: 1 }),
    fields: ['heading', 'text'],
  });
  readonly #entries = new Map<string, PassageEntry[]>();
  /** Term to the number of articles with it. */
  readonly #articlesWith = new Map<string, number>();

  constructor(articles: readonly Article[]) {
    for (const article of articles) this.#add(article);
  }

  search(query: string, limit: number): Passage[] {
    const subject = subjectOf(query);
    const inPassages = new Map(this.#passages.search(query).map((result) => [String(result.id), result]));
    const ranked = this.#articles.search(query).flatMap((article) => {
      const entries = this.#entries.get(String(article.id)) ?? [];
      const found = entries.map((entry) => {
        const result = inPassages.get(entry.id);
        const score = this.#fit(subject, (term) => shareOf(term, article, result));
        const bm25 = (result?.score ?? 0) * score * (entry.position === 0 ? LEAD_BOOST : 1);
        return { entry, score, bm25 };
      });
      const bestScore = Math.max(...found.map(({ score }) => score));
      const bestBm25 = Math.max(...found.map(({ bm25 }) => bm25)) || 1;
      return found.map(({ entry, score, bm25 }) => {
        const place = ARTICLE_PART + (1 - ARTICLE_PART) * (bm25 / bestBm25);
        return { entry, score, rank: article.score * bestScore * place };
      });
    });
    return ranked
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.rank - a.rank || a.entry.position - b.entry.position)
      .slice(0, limit)
      .map(({ entry: { article, title, text, position }, score }) => ({
        article,
        title,
        text,
        position,
        score,
      }));
  }

  #add({ id, title, keywords, paragraphs }: Article): void {
    const body = paragraphs.map(({ heading, text }) => `${heading} ${text}`).join('\n');
    for (const term of termsOf(`${title} ${keywords} ${body}`)) {
      this.#articlesWith.set(term, (this.#articlesWith.get(term) ?? 0) + 1);
    }
    // The opening of an article answers its title.
    const headingOf = (heading: string, position: number) =>
      position === 0 ? `${title} ${heading}` : heading;
    const entries = paragraphs.map(({ heading, text }, position) => {
      return {
        id: `${id}#${position}`,
        article: id,
        title,
        heading: headingOf(heading, position),
        text,
        position,
      };
    });
    this.#entries.set(id, entries);
    this.#articles.add({ id, title, keywords, body });
    this.#passages.addAll(entries);
  }

  #options(boost: Record<string, number>): Pick<Options, 'tokenize' | 'processTerm' | 'searchOptions'> {
    return {
      tokenize,
      processTerm: termOf,
      searchOptions: {
        // The query's terms are stemmed, distinct and limited in number.
        tokenize: queryTermsOf,
        processTerm: (term) => term,
        boost,
        boostTerm: (term) => (isWeak(term) ? 0.2 : 1),
        fuzzy: (term) => (this.#isMisspelt(term) ? 1 : false),
        // Help texts are short and keyword lists long on purpose: length says little here.
        bm25: { k: 1.2, b: 0.4, d: 0.5 },
      },
    };
  }

  #isMisspelt(term: string): boolean {
    if (term.length < MISSPELT_LENGTH || term.length > LONGEST_WORD) return false;
    return !/\d/.test(term) && !this.#articlesWith.has(term);
  }

  #fit(subject: readonly string[], share: (term: string) => number): number {
    let covered = 0;
    let missed = 0;
    let found = 0;
    for (const term of subject) {
      const [weight, part] = [this.#weight(term), share(term)];
      covered += weight * part;
      missed += weight * (1 - part);
      if (weight > 0 && part > 0) found += 1;
    }
    return covered === 0 ? 0 : covered / (covered + missed / found);
  }

  #weight(term: string): number {
    const n = this.#articlesWith.get(term) ?? 0;
    const idf = Math.log(1 + (this.#entries.size - n + 0.5) / (n + 0.5));
    if (n > 0) return idf;
    return /\d{4}/.test(term) ? 0 : idf * UNKNOWN_WEIGHT;
  }
}

/** `result.match` holds the terms found, which for a misspelt query term are other ones than it. */
function shareOf(term: string, article: SearchResult, passage: SearchResult | undefined): number {
  if (!article.queryTerms.includes(term)) return 0;
  const fields = article.match[term];
  if (fields === undefined) return MISSPELT_SHARE;
  if (fields.includes('title') || passage?.match[term] !== undefined) return 1;
  return fields.includes('keywords') ? KEYWORD_SHARE : ELSEWHERE_SHARE;
}
