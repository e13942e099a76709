import { BatonError, type Peer, Skill } from '@baton/runtime';
import { type Caller, isAllowed } from '@baton/runtime/wire';
import type { Scorer } from './scorer.ts';
import { TermScorer } from './term-scorer.ts';

/** What agents are looked for. */
export interface FindAgentsOptions {
  /** What is to be done, in words: a user's question will do. */
  readonly intent: string;
  /** Default 5. */
  readonly maxResults?: number;
}

/** An agent that fits an intent; its replicas are one agent. */
export interface FoundAgent {
  /** The name to hand off to. */
  readonly name: string;
  readonly description: string;
  /** How well it fits: more than 0, at most 1. */
  readonly score: number;
  /** Names of its tools. */
  readonly capabilities: readonly string[];
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
   * @throws {BatonError} INVALID_ARGUMENT when `maxResults` is no positive integer, FAILED_PRECONDITION before the
   * agent is launched.
   */
  async findAgents({ intent, maxResults = 5 }: FindAgentsOptions): Promise<FoundAgent[]> {
    if (!Number.isInteger(maxResults) || maxResults < 1) {
      throw new BatonError('INVALID_ARGUMENT', `"maxResults" must be a positive integer, not ${maxResults}`);
    }
    if (typeof intent !== 'string') {
      throw new BatonError('INVALID_ARGUMENT', `"intent" must be a string, not of type ${typeof intent}`);
    }
    const peers = this.port.peers();
    const wanted = intent.trim();
    if (wanted === '') return [];
    if (peers !== this.#peers) {
      this.#peers = peers;
      this.#ranked.clear();
    }
    const caller = this.#caller();
    const allowed = this.#recall(wanted).filter(({ scope }) => isAllowed(scope, caller));
    return allowed.slice(0, maxResults).map(({ agent }) => ({ ...agent }));
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

function toFound({ name, description, card, instances }: Peer, score = 0): FoundAgent {
  return {
    name,
    description,
    score: Number.isNaN(score) ? 0 : Math.min(1, score),
    capabilities: card?.tools.map((tool) => tool.name) ?? [],
    version: card?.version,
    instances,
  };
}
