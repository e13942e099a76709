import { type Peer, subjectOf, termsOf } from '@baton/runtime';
import type { Capability } from '@baton/runtime/wire';
import type { Scorer } from './scorer.ts';

/** What a term counts that an agent has in its name or description, in a tool, or only in what it hands on. */
const SELF = 1;
const TOOL = 0.8;
const HANDED_ON = 0.5;
/** The weight of a term no candidate has, as a share of the rarest one's: it may be a name or a detail. */
const UNKNOWN_WEIGHT = 0.7;

/** What is read of a card: a stranger's may be as large as the broker takes. Texts in characters. */
const READ = { description: 4000, capabilities: 100, capability: 300 } as const;

type Shares = ReadonlyMap<string, number>;

/**
 * Scores by the stemmed terms an intent shares with an agent's name, description, tools and handoffs, rare terms
 * counting more: `covered / (covered + missed / found)`, where covered = sum of idf(t) * share(t), missed = sum of
 * idf(t) * (1 - share(t)) over the intent's subject terms t, and found = how many of them the agent has. For one term
 * found that is the plain share of the idf mass; the division by `found` is ours, because a long question has details no card
 * knows. `idf(t) = ln(1 + (N - n + 0.5) / (n + 0.5))` (Robertson and Sparck Jones; N candidates, n of them with t).
 */
export class TermScorer implements Scorer {
  readonly #shares = new WeakMap<object, Shares>();

  score(intent: string, candidates: readonly Peer[]): number[] {
    const subject = subjectOf(intent);
    const shares = candidates.map((candidate) => this.#sharesOf(candidate));
    const weights = subject.map((term) => weightOf(term, shares));
    return shares.map((share) => {
      let [covered, missed, found] = [0, 0, 0];
      for (const [index, term] of subject.entries()) {
        const [weight, part] = [weights[index] ?? 0, share.get(term) ?? 0];
        covered += weight * part;
        missed += weight * (1 - part);
        if (weight > 0 && part > 0) found += 1;
      }
      return covered === 0 ? 0 : covered / (covered + missed / found);
    });
  }

  #sharesOf(candidate: Peer): Shares {
    const { name, description, card } = candidate;
    const key = card ?? candidate;
    const known = this.#shares.get(key);
    if (known) return known;
    const shares = new Map<string, number>();
    const add = (text: string, share: number) => {
      for (const term of termsOf(text)) shares.set(term, Math.max(share, shares.get(term) ?? 0));
    };
    add(`${words(name)} ${description.slice(0, READ.description)}`, SELF);
    for (const tool of textsOf(card?.tools)) add(tool, TOOL);
    for (const handoff of textsOf(card?.handoffs)) add(handoff, HANDED_ON);
    this.#shares.set(key, shares);
    return shares;
  }
}

function textsOf(capabilities: readonly Capability[] = []): string[] {
  return capabilities
    .slice(0, READ.capabilities)
    .map(({ name, description = '' }) => `${words(name.slice(0, READ.capability))} ${description}`)
    .map((text) => text.slice(0, READ.capability));
}

/** The words of a name in kebab, snake or camel case. */
function words(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/[-_/]+/g, ' ');
}

function weightOf(term: string, shares: readonly Shares[]): number {
  const n = shares.filter((share) => share.has(term)).length;
  const idf = Math.log(1 + (shares.length - n + 0.5) / (n + 0.5));
  return n > 0 ? idf : idf * UNKNOWN_WEIGHT;
}
