import { BatonError, type Money, type Peer, Skill } from '@baton/runtime';
import { type Caller, type Capability, isAllowed } from '@baton/runtime/wire';
import type { Scorer } from './scorer.ts';
import { TermScorer } from './term-scorer.ts';

/** What agents are looked for. */
export interface FindAgentsOptions {
  /** What is to be done, in words: a user's question will do. */
  readonly intent: string;
  /** Default 5. */
  readonly maxResults?: number;
  /** Only agents that score more than this, from 0 to 1. Default 0. */
  readonly minScore?: number;
}

/** An agent that fits an intent; its replicas are one agent. */
export interface FoundAgent {
  /** The name to hand off to. */
  readonly name: string;
  readonly description: string;
  /** How well it fits: more than 0, at most 1. */
  readonly score: number;
  /** Names of its tools, at most 100. */
  readonly capabilities: readonly string[];
  /** Agents it hands off to by rule, at most 100. */
  readonly handoffs: readonly string[];
  /** What one handoff to it costs; absent for nothing. */
  readonly price?: Money;
  readonly version: string | undefined;
  /** Live instances that take work. */
  readonly instances: number;
}

export interface DiscoveryOptions {
  /** Default: the terms an intent shares with an agent's card. */
  readonly scorer?: Scorer;
}

/** An agent that fits, and whose questions it answers. */
interface Ranked {
  readonly agent: FoundAgent;
  readonly scope: string | undefined;
}

const NOBODY: Caller = { scopes: [] };

/** Intents whose results are kept, and the longest one that is, characters. */
const MAX_CACHED = 256;
const MAX_CACHED_LENGTH = 2000;

/** Names of one agent's tools, or handoffs, that are told. */
const MAX_NAMES = 100;

/** What a match must exceed to be handed to, unless the author says otherwise. */
const GOOD_MATCH = 0.7;

/** Finds live agents of the same owner by what they can do. */
export class DiscoverySkill extends Skill {
  readonly #scorer: Scorer;
  /** By intent, the latest used last; good for `#peers`. */
  readonly #ranked = new Map<string, readonly Ranked[]>();
  #peers: readonly Peer[] = [];

  constructor({ scorer = new TermScorer() }: DiscoveryOptions = {}) {
    super();
    this.#scorer = scorer;
  }

  /**
   * The live agents that fit, best first, ties by name; never this agent itself, none that does not fit at all, and none
   * that would refuse the caller of the current run. An empty intent fits nobody. Results are kept until an agent comes,
   * goes or changes.
   * @throws {BatonError} INVALID_ARGUMENT when `maxResults` is no positive integer or `minScore` not within 0 and 1,
   * FAILED_PRECONDITION before the agent is launched.
   */
  async findAgents(options: FindAgentsOptions): Promise<FoundAgent[]> {
    const { intent, maxResults = 5, minScore = 0 } = options ?? {};
    if (!(minScore >= 0 && minScore <= 1)) {
      throw new BatonError('INVALID_ARGUMENT', `"minScore" must be a number from 0 to 1, not ${minScore}`);
    }
    if (!Number.isInteger(maxResults) || maxResults < 1) {
      throw new BatonError('INVALID_ARGUMENT', `"maxResults" must be a positive integer, not ${maxResults}`);
    }
    if (typeof intent !== 'string') {
      const problem = `"intent" must be a string, as in { intent: 'refunds' }, not of type ${typeof intent}`;
      throw new BatonError('INVALID_ARGUMENT', problem);
    }
    const peers = this.port.peers();
    const wanted = intent.trim();
    if (wanted === '') return [];
    if (peers !== this.#peers) {
      this.#peers = peers;
      this.#ranked.clear();
    }
    const caller = this.#caller();
    const allowed = this.#recall(wanted).filter(
      ({ agent, scope }) => agent.score > minScore && isAllowed(scope, caller),
    );
    return allowed.slice(0, maxResults).map(({ agent }) => ({ ...agent }));
  }

  /**
   * The name of the best agent that scores more than `minScore` (default 0.7) and answers when it is pinged: one that
   * has just died is passed over for the next. Null when there is none, as a dynamic handoff wants it.
   * @throws {BatonError} as `findAgents`.
   */
  async bestAgent(intent: string, options?: Pick<FindAgentsOptions, 'minScore'>): Promise<string | null> {
    const found = await this.findAgents({ intent, minScore: options?.minScore ?? GOOD_MATCH });
    // All at once: one that is frozen must not cost the others their time.
    const isThere = await Promise.all(found.map(({ name }) => this.port.ping(name)));
    return found.find((_, index) => isThere[index])?.name ?? null;
  }

  /** Outside a run questions are asked in nobody's name. */
  #caller(): Caller {
    try {
      return this.getContext().scope.caller;
    } catch {
      return NOBODY;
    }
  }

  #recall(intent: string): readonly Ranked[] {
    const ranked = this.#ranked.get(intent) ?? this.#rank(intent);
    if (intent.length > MAX_CACHED_LENGTH) return ranked;
    this.#ranked.delete(intent);
    this.#ranked.set(intent, ranked);
    if (this.#ranked.size > MAX_CACHED) {
      const [oldest = ''] = this.#ranked.keys();
      this.#ranked.delete(oldest);
    }
    return ranked;
  }

  #rank(intent: string): readonly Ranked[] {
    const home = this.port.owner;
    const self = this.host.agentName;
    const candidates = this.#peers.filter(({ name, owner }) => owner === home && name !== self);
    const scores = this.#scorer.score(intent, candidates);
    return candidates
      .map((peer, index) => ({ agent: toFound(peer, scores[index]), scope: peer.card?.scope }))
      .filter(({ agent }) => agent.score > 0)
      .sort(({ agent: a }, { agent: b }) => b.score - a.score || (a.name < b.name ? -1 : 1));
  }
}

/** A scorer is an author's own: what is no finite number, whatever its type says, is a score of 0. */
function toFound({ name, description, card, instances }: Peer, score: unknown): FoundAgent {
  return {
    name,
    description,
    score: Number.isFinite(score) ? Math.min(1, score as number) : 0,
    capabilities: namesOf(card?.tools),
    handoffs: namesOf(card?.handoffs),
    ...(card?.price && { price: card.price }),
    version: card?.version,
    instances,
  };
}

function namesOf(capabilities: readonly Capability[] = []): string[] {
  return capabilities.slice(0, MAX_NAMES).map(({ name }) => name);
}
