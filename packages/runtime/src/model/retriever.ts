/** A piece of an article, as found for one query. */
export interface Passage {
  /** Id of the article: its file name without `.md`. */
  readonly article: string;
  /** The article's heading. */
  readonly title: string;
  readonly text: string;
  /** Place of the passage in its article, from 0. */
  readonly position: number;
  /** How well it fits the query, 0 (not at all) to 1; below 0.45 or so a reader would say it does not. */
  readonly score: number;
}

/** Options of a search. */
export interface SearchOptions {
  /** The most passages to return. Default 4. */
  readonly limit?: number;
}

/** Finds passages for a query. `loadKnowledge` makes one from a folder; a vector store can be another. */
export interface Retriever {
  /** The titles of what can be found, for a user who asked for something else. May be empty. */
  readonly topics: readonly string[];
  /** Best passages first. An empty array is an answer: nothing fits. */
  search(query: string, options?: SearchOptions): readonly Passage[] | Promise<readonly Passage[]>;
}
