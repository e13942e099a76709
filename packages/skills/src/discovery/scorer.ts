import type { Peer } from '@baton/runtime';

/** Says how well each candidate fits an intent. */
export interface Scorer {
  /** One number 0..1 for each candidate, in their order: 1 fits wholly, 0 not at all. NaN counts as 0. */
  score(intent: string, candidates: readonly Peer[]): readonly number[];
}
