import { AgentCard, type ServiceInfo } from '../wire/card.ts';
import { type Heartbeat, type InstanceState, MISSED_BEATS } from '../wire/heartbeat.ts';
import type { Address } from '../wire/name.ts';
import { parsePromptSubject } from '../wire/subject.ts';

/** One live process of an agent, as this observer sees it. */
export interface InstanceView {
  readonly agent: string;
  readonly owner: string;
  /** The kind of host: `baton`, or another speaker of the protocol. */
  readonly kind: string;
  readonly instance: string;
  readonly state: InstanceState;
  readonly inFlight: number;
  readonly capacity: number | undefined;
  /** The broker server at which it takes requests for its free places; undefined for one that does not. */
  readonly freeAt: string | undefined;
  /** When it last gave a sign of life, by this observer's clock, milliseconds since the epoch. */
  readonly lastSeen: number;
  readonly intervalMs: number;
  /** Hash of the card its last beat named. */
  readonly cardHash: string | undefined;
  /** What it told when asked; undefined until its INFO record has come. */
  readonly details: InstanceDetails | undefined;
}

/** What an instance tells once per card. */
export interface InstanceDetails {
  readonly promptSubject: string;
  readonly version: string;
  readonly description: string;
  readonly pid: number | undefined;
  readonly host: string | undefined;
  readonly cardHash: string | undefined;
  readonly card: AgentCard | undefined;
}

/** The agent a beat or a record speaks for, as its subject says. */
type AgentHost = Address & { readonly kind: string };

/** How an instance that has not yet beaten is judged: the protocol's default interval. */
const DEFAULT_INTERVAL_MS = 30_000;

/** The instances an observer knows to be alive. Pure state: time comes from `now`, facts from the registry. */
export class InstanceTable {
  readonly #instances = new Map<string, InstanceView>();
  /** The same ones, by address: a handoff looks for one agent among any number. */
  readonly #byAddress = new Map<string, Map<string, InstanceView>>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  values(): IterableIterator<InstanceView> {
    return this.#instances.values();
  }

  /** Those of one agent. */
  of(address: Address): InstanceView[] {
    return [...(this.#byAddress.get(keyOf(address))?.values() ?? [])];
  }

  /** Whether so many instances of an agent take requests for their free places at a broker server. */
  hasFreeAt(address: Address, server: string, atLeast: number): boolean {
    let count = 0;
    for (const { freeAt } of this.#byAddress.get(keyOf(address))?.values() ?? []) {
      if (freeAt === server && ++count >= atLeast) return true;
    }
    return false;
  }

  has(instance: string): boolean {
    return this.#instances.has(instance);
  }

  /** Takes in a beat; returns what changed. Nobody speaks for an instance of another agent. */
  beat(from: AgentHost, beat: Heartbeat): 'joined' | 'left' | 'seen' | 'ignored' {
    const known = this.#instances.get(beat.instance_id);
    if (known && !isFrom(known, from)) return 'ignored';
    if (beat.state === 'stopped') {
      if (!known) return 'ignored';
      this.#remove(known);
      return 'left';
    }
    this.#put({
      agent: from.agent,
      owner: from.owner,
      kind: from.kind,
      instance: beat.instance_id,
      state: beat.state ?? 'ready',
      inFlight: beat.in_flight ?? 0,
      capacity: beat.capacity,
      freeAt: beat.free_at,
      lastSeen: this.#now(),
      intervalMs: beat.interval_s * 1000,
      cardHash: beat.card,
      details: known?.details,
    });
    return known ? 'seen' : 'joined';
  }

  /**
   * Takes in an INFO record. `cardHash` is the hash its beats named when it was asked for, so that one card is
   * fetched once. Returns false for a record that names no prompt endpoint, or another agent's instance.
   */
  describe(info: ServiceInfo, cardHash = info.metadata.card_hash): boolean {
    const prompt = info.endpoints.find((endpoint) => endpoint.name === 'prompt');
    const from = prompt && parsePromptSubject(prompt.subject);
    if (!prompt || !from) return false;
    const { agent, owner, kind } = from;
    const known = this.#instances.get(info.id);
    if (known && !isFrom(known, from)) return false;
    const details = { ...readDetails(info, prompt.subject), cardHash };
    this.#put({
      agent,
      owner,
      kind,
      instance: info.id,
      state: known?.state ?? 'ready',
      inFlight: known?.inFlight ?? 0,
      capacity: known?.capacity,
      freeAt: known?.freeAt,
      lastSeen: this.#now(),
      intervalMs: known?.intervalMs ?? DEFAULT_INTERVAL_MS,
      cardHash: known?.cardHash ?? details.cardHash,
      details,
    });
    return true;
  }

  /** The card of a live instance is not yet known, or no longer the one its beats name. */
  needsDetails(instance: string): boolean {
    const known = this.#instances.get(instance);
    if (!known) return false;
    return !known.details || (known.cardHash !== undefined && known.cardHash !== known.details.cardHash);
  }

  /** Removes and returns the instances that missed three beats by this observer's clock. */
  expire(): InstanceView[] {
    const now = this.#now();
    const gone = [...this.#instances.values()].filter(
      (instance) => now - instance.lastSeen > MISSED_BEATS * instance.intervalMs,
    );
    for (const instance of gone) this.#remove(instance);
    return gone;
  }

  #put(instance: InstanceView): void {
    this.#instances.set(instance.instance, instance);
    const key = keyOf(instance);
    const others = this.#byAddress.get(key);
    if (others) others.set(instance.instance, instance);
    else this.#byAddress.set(key, new Map([[instance.instance, instance]]));
  }

  #remove(instance: InstanceView): void {
    this.#instances.delete(instance.instance);
    const key = keyOf(instance);
    const others = this.#byAddress.get(key);
    others?.delete(instance.instance);
    if (others?.size === 0) this.#byAddress.delete(key);
  }
}

const keyOf = ({ owner, agent }: Address) => `${owner}/${agent}`;

function isFrom(known: AgentHost, { kind, owner, agent }: AgentHost): boolean {
  return known.agent === agent && known.owner === owner && known.kind === kind;
}

function readDetails(info: ServiceInfo, promptSubject: string): Omit<InstanceDetails, 'cardHash'> {
  const { metadata, version, description = '' } = info;
  const pid = Number(metadata.pid);
  return {
    promptSubject,
    version,
    description,
    pid: Number.isInteger(pid) ? pid : undefined,
    host: metadata.host,
    card: readCard(metadata.card),
  };
}

/** A stranger's card that cannot be read is no card; the instance itself stays reachable. */
function readCard(text: string | undefined): AgentCard | undefined {
  if (!text) return undefined;
  try {
    return AgentCard.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
