import type { Article } from './article.ts';
import { PassageIndex } from './passage-index.ts';
import type { Passage, Retriever, SearchOptions } from './retriever.ts';

/** A folder of articles, indexed in memory. */
export class Knowledge implements Retriever {
  readonly articles: readonly Article[];
  readonly topics: readonly string[];
  readonly #index: PassageIndex;

  constructor(articles: readonly Article[]) {
    this.articles = articles;
    this.topics = articles.map((article) => article.title);
    this.#index = new PassageIndex(articles);
  }

  /**
   * The passages that fit the query, best first. `score` is the share of the query's subject that the passage covers;
   * `PassageIndex` has the formula.
   */
  search(query: string, options: SearchOptions = {}): Passage[] {
    return this.#index.search(query, options.limit ?? 4);
  }
}
