import type { Bus, Subscription } from '../bus/bus.ts';
import type { BusMessage } from '../bus/inbox.ts';
import type { AgentCard } from '../wire/card.ts';
import { decodeHeartbeat, type Heartbeat } from '../wire/heartbeat.ts';
import { decodeJson, encodeJson } from '../wire/json.ts';
import { type Address, formatAddress, type Owner } from '../wire/name.ts';
import { ALL_HEARTBEATS, parseHeartbeatSubject, registrySubject } from '../wire/subject.ts';
import { DepartedAgents, DepartedNote } from './departed.ts';
import { discoverInstances, fetchInfo } from './discovery.ts';
import { InstanceTable, type InstanceView } from './instance-table.ts';
import { lookalikes } from './lookalike.ts';

/** An agent with its live instances; replicas are one agent. */
export interface AgentView {
  readonly agent: string;
  readonly owner: string;
  /** The card of the instance that joined last; undefined for hosts that have none. */
  readonly card: AgentCard | undefined;
  readonly instances: readonly InstanceView[];
}

/** What the registry knows about an address. */
export type Presence =
  | { readonly status: 'live'; readonly instances: readonly InstanceView[] }
  | { readonly status: 'gone'; readonly agoMs: number }
  | { readonly status: 'unknown'; readonly similar: readonly string[] };

/** What of the bus a registry needs. */
export type RegistryBus = Pick<Bus, 'subscribe' | 'publish' | 'request' | 'gather' | 'flush' | 'onReconnect'>;

export interface RegistryOptions {
  readonly bus: RegistryBus;
  readonly owner: Owner;
  /** Milliseconds since the epoch; liveness is judged by this clock alone. */
  readonly now?: () => number;
}

/** How often a watcher looks for instances that have fallen silent, milliseconds. */
export const SWEEP_MS = 200;
const PEER_TIMEOUT_MS = 250;
/** How long the card of an instance that has just come is waited for, milliseconds. */
const DESCRIBED_MS = 1000;
const EMPTY = new Uint8Array(0);

/** The live view of the mesh: heartbeats keep it, INFO records fill it in, silence empties it. */
export class Registry {
  readonly #bus: RegistryBus;
  readonly #owner: Owner;
  readonly #now: () => number;
  readonly #table: InstanceTable;
  readonly #departed: DepartedAgents;
  readonly #subscriptions: Subscription[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #asking = new Set<string>();
  #sweep: NodeJS.Timeout | undefined;
  #synced: Promise<void> = Promise.resolve();
  #told: Promise<void> = Promise.resolve();

  constructor({ bus, owner, now = Date.now }: RegistryOptions) {
    this.#bus = bus;
    this.#owner = owner;
    this.#now = now;
    this.#table = new InstanceTable(now);
    this.#departed = new DepartedAgents(now);
  }

  /** Begins to listen; `synced()` tells when the mesh as it stood at that moment is known. */
  start(): void {
    this.#subscriptions.push(this.#bus.subscribe(ALL_HEARTBEATS, (message) => this.#onBeat(message)));
    this.#sweep = setInterval(() => this.#expire(), SWEEP_MS);
    this.#sweep.unref();
    this.#synced = this.#sync();
    const returning = this.#bus.onReconnect(() => {
      this.#synced = this.#sync();
    });
    this.#subscriptions.push(returning);
  }

  /** Resolves when everyone alive has been asked and has answered: about 150 ms, at most about a second. */
  synced(): Promise<void> {
    return this.#synced;
  }

  /** Resolves when a member that stays has told which agents there are and were: a round trip, at most 250 ms. */
  told(): Promise<void> {
    return this.#told;
  }

  /** From now on tells newcomers which agents there are and were. For members that stay, not for visitors. */
  answerPeers(): void {
    const answer = (message: BusMessage) => {
      if (!message.reply) return;
      this.#bus.publish(message.reply, encodeJson(this.#note()));
    };
    this.#subscriptions.push(this.#bus.subscribe(registrySubject(this.#owner), answer, 'registry'));
  }

  instances(): InstanceView[] {
    return [...this.#table.values()];
  }

  /** Every live agent, ordered by owner and name. */
  agents(): AgentView[] {
    const byAddress = new Map<string, InstanceView[]>();
    for (const instance of this.#table.values()) {
      const key = `${instance.owner}/${instance.agent}`;
      byAddress.set(key, [...(byAddress.get(key) ?? []), instance]);
    }
    return [...byAddress.entries()]
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([, instances]) => {
        const { agent, owner } = instances[0] as InstanceView;
        return {
          agent,
          owner,
          card: instances.findLast((each) => each.details?.card)?.details?.card,
          instances,
        };
      });
  }

  /** Whether an agent is alive, was, or was never heard of. */
  find(address: Address): Presence {
    const instances = this.#table.of(address);
    if (instances.length > 0) return { status: 'live', instances };
    const agoMs = this.#departed.goneFor(`${address.owner}/${address.agent}`);
    if (agoMs !== undefined) return { status: 'gone', agoMs };
    const names = this.instances().map((each) => formatAddress(each, address.owner));
    return { status: 'unknown', similar: lookalikes(address.agent, names) };
  }

  /** Whether several instances of an agent take requests for their free places at a broker server. */
  hasSiblingsAt(address: Address, server: string): boolean {
    return this.#table.hasFreeAt(address, server, 2);
  }

  /** As `find`, once it is sure: what peers remember is known at once, who is alive takes a look around. */
  async lookUp(address: Address): Promise<Presence> {
    await this.#told;
    const presence = this.find(address);
    if (presence.status !== 'unknown') return presence;
    await this.#synced;
    return this.find(address);
  }

  /** Resolves once an instance is known with its card; within a second, if that is not to be had. */
  described(instance: string): Promise<void> {
    const isKnown = () => this.#table.has(instance) && !this.#table.needsDetails(instance);
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        stop();
        resolve();
      };
      const timer = setTimeout(end, DESCRIBED_MS);
      const stop = this.onChange(() => isKnown() && end());
      if (isKnown()) end();
    });
  }

  /** Calls back after an instance joined, left or changed; returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    clearInterval(this.#sweep);
    for (const subscription of this.#subscriptions.splice(0)) subscription.close();
    this.#listeners.clear();
  }

  /** Never rejects: a connection that is closed meanwhile has nothing more to tell. */
  async #sync(): Promise<void> {
    const flushed = this.#bus.flush().catch(() => {});
    this.#told = flushed.then(() => this.#askPeers());
    await Promise.all([flushed.then(() => this.#discover()), this.#told]);
  }

  async #discover(): Promise<void> {
    await discoverInstances(this.#bus, {
      onInfo: (info) => this.#table.describe(info),
      onBeat: (from, beat) => this.#table.beat(from, beat),
    }).catch(() => {});
    this.#changed();
  }

  async #askPeers(): Promise<void> {
    const answer = await this.#bus
      .request(registrySubject(this.#owner), EMPTY, PEER_TIMEOUT_MS)
      .catch(() => undefined);
    const note = answer && DepartedNote.safeParse(decodeJson(answer.data));
    if (note?.success) this.#departed.merge(note.data);
  }

  #onBeat({ subject, data }: BusMessage): void {
    const from = parseHeartbeatSubject(subject);
    const beat = from && decodeHeartbeat(data);
    if (!from || !beat) return;
    const change = this.#table.beat(from, beat);
    if (change === 'left') this.#noteDeparture(from);
    if (change === 'joined') this.#departed.remove(`${from.owner}/${from.agent}`);
    if (change !== 'ignored') this.#changed();
    if (this.#table.needsDetails(beat.instance_id)) void this.#fetchDetails(beat);
  }

  async #fetchDetails({ instance_id: instance, card }: Heartbeat): Promise<void> {
    if (this.#asking.has(instance)) return;
    this.#asking.add(instance);
    const info = await fetchInfo(this.#bus, instance);
    this.#asking.delete(instance);
    // An instance that left while it was being asked must not come back to life.
    if (info && this.#table.has(instance) && this.#table.describe(info, card)) this.#changed();
  }

  /** The living are named too: a newcomer who cannot see one of them knows that it has died just now. */
  #note(): DepartedNote {
    const note = this.#departed.toNote();
    for (const { owner, agent, lastSeen } of this.#table.values()) {
      const address = `${owner}/${agent}`;
      note[address] = Math.min(
        note[address] ?? Number.POSITIVE_INFINITY,
        Math.max(0, this.#now() - lastSeen),
      );
    }
    return note;
  }

  #expire(): void {
    const gone = this.#table.expire();
    for (const instance of gone) this.#noteDeparture(instance);
    if (gone.length > 0) this.#changed();
  }

  #noteDeparture({ owner, agent }: Address): void {
    if (this.find({ owner, agent }).status !== 'live') this.#departed.add(`${owner}/${agent}`);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
