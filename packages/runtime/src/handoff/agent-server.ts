import { hostname } from 'node:os';
import type { Logger } from 'pino';
import type { BaseAgent } from '../agent/agent.ts';
import type { Deadline } from '../agent/deadline.ts';
import { Roster } from '../agent/roster.ts';
import type { Bus } from '../bus/bus.ts';
import { firstAtEndOfTurn } from '../bus/end-of-turn.ts';
import type { AgentService } from '../bus/service.ts';
import { Announcer } from '../registry/announcer.ts';
import { cardHash } from '../registry/card-hash.ts';
import type { Registry } from '../registry/registry.ts';
import { type AgentCard, PROTOCOL_VERSION } from '../wire/card.ts';
import type { Chunk } from '../wire/chunk.ts';
import { BatonError } from '../wire/error.ts';
import type { Address } from '../wire/name.ts';
import { AGENT_KIND } from '../wire/subject.ts';
import { Cancellations } from './cancellations.ts';
import type { Spaces } from './durable/spaces.ts';
import { DurableWorker } from './durable/worker.ts';
import { BEAT_S, KeepAlive } from './keep-alive.ts';
import { type Serving, servePrompt } from './serve.ts';
import { SlotOffers } from './slot-offers.ts';
import { Slots } from './slots.ts';
import { Workload } from './workload.ts';

export interface AgentServerOptions {
  readonly bus: Bus;
  readonly registry: Registry;
  readonly agent: BaseAgent;
  readonly address: Address;
  readonly heartbeatMs: number;
  readonly log: Logger;
  readonly spaces: Spaces;
}

/** How long a prompt may wait for a place before it is sent elsewhere, milliseconds. */
export const LINE_MS = 100;

/** One instance of an agent on the bus: registered, announced, serving, until it is drained. */
export class AgentServer implements AsyncDisposable {
  readonly #options: AgentServerOptions;
  readonly #announcer: Announcer;
  readonly #running = new Workload();
  readonly #deadlines = new Roster<Deadline>();
  readonly #slots: Slots;
  readonly #cancellations = new Cancellations();
  #cancelling: { close(): void } | undefined;
  readonly #giveUp = new AbortController();
  #service: AgentService | undefined;
  #worker: DurableWorker | undefined;
  #offers: SlotOffers | undefined;
  readonly #stopWatching: (() => void)[] = [];
  #draining = false;
  #stopped: Promise<void> | undefined;

  private constructor(options: AgentServerOptions, hash: string) {
    this.#options = options;
    this.#slots = new Slots({ capacity: options.agent.concurrency, patienceMs: LINE_MS });
    this.#announcer = new Announcer({
      bus: options.bus,
      address: options.address,
      intervalMs: options.heartbeatMs,
      cardHash: hash,
      status: () => this.#status(),
    });
  }

  /** Returns when the broker knows the endpoints and the first heartbeat is out. @throws {BatonError} UNAVAILABLE. */
  static async start(options: AgentServerOptions): Promise<AgentServer> {
    const { agent, address } = options;
    const card = agent.card(address.owner);
    const hash = cardHash(card);
    const server = new AgentServer(options, hash);
    try {
      await server.#begin(card, hash);
      return server;
    } catch (error) {
      // Half an instance must not go on announcing itself.
      await server.stop(0).catch(() => {});
      throw error;
    }
  }

  async #begin(card: AgentCard, hash: string): Promise<void> {
    const { bus, agent, address } = this.#options;
    const serving = this.#serving();
    const drawn = { ...serving, mayWait: false };
    this.#cancelling = this.#cancellations.listen(bus, address);
    this.#service = await bus.serve({
      address,
      version: agent.version,
      description: agent.description,
      maxPayload: bus.maxPayload,
      attachmentsOk: false,
      metadata: {
        agent: AGENT_KIND,
        owner: address.owner,
        session: address.agent,
        protocol_version: PROTOCOL_VERSION,
        card: JSON.stringify(card),
        card_hash: hash,
        pid: String(process.pid),
        host: hostname(),
      },
      onPrompt: (message) => this.#running.track(servePrompt(serving, message)),
      onDrawn: (message) => {
        this.#running.track(servePrompt(drawn, message));
        // One that was refused has left its place free.
        this.#offers?.update();
      },
      status: () => this.#announcer.heartbeat(),
    });
    this.#announcer.start(this.#service.id);
    this.#offers = this.#offerSlots(this.#service);
    this.#worker = this.#takeDurableWork();
    await bus.flush();
  }

  /** The instance id: the id of the micro service. */
  get instance(): string {
    return this.#service?.id ?? '';
  }

  get inFlight(): number {
    return this.#slots.used;
  }

  /**
   * Says that it is draining, takes no more, finishes what it has within `graceMs` (default 25 s), tells the callers
   * of what is left that it will not be answered, says goodbye.
   * Calling it again waits for the same end.
   */
  stop(graceMs = 25_000): Promise<void> {
    this.#stopped ??= this.#drain(graceMs);
    return this.#stopped;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #drain(graceMs: number): Promise<void> {
    this.#draining = true;
    this.#announcer.announce();
    this.#offers?.stop();
    for (const stop of this.#stopWatching) stop();
    this.#worker?.stop();
    await this.#service?.stop();
    await this.#finishWithin(graceMs);
    this.#worker?.close();
    this.#cancelling?.close();
    this.#announcer.stop();
    await this.#options.bus.flushBriefly();
  }

  async #finishWithin(graceMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([this.#running.done(), grace]);
    clearTimeout(timer);
    if (this.#running.size === 0) return;
    const unfinished = this.#running.size;
    this.#options.log.warn({ unfinished }, 'the grace time is over; work is left unfinished');
    const reason = new BatonError('UNAVAILABLE', 'the instance was stopped before it could answer');
    this.#giveUp.abort(reason);
    for (const deadline of this.#deadlines.values()) deadline.abort(reason);
    await this.#running.done();
  }

  /** One that is alone is asked directly; it offers its places as soon as it sees another. */
  #offerSlots({ offers }: AgentService): SlotOffers {
    const { bus, registry, address } = this.#options;
    const isWanted = () => !bus.isDown && registry.hasSiblingsAt(address, bus.serverId);
    const slotOffers = new SlotOffers({ slots: this.#slots, offers, isWanted, later: firstAtEndOfTurn });
    this.#stopWatching.push(
      registry.onChange(() => slotOffers.update()),
      bus.onReconnect(() => slotOffers.update()).close,
    );
    return slotOffers;
  }

  #takeDurableWork(): DurableWorker {
    const { agent, address, log, spaces } = this.#options;
    return new DurableWorker({
      agent,
      address,
      log,
      spaces,
      slots: this.#slots,
      cancellations: this.#cancellations,
      instance: this.instance,
      signal: this.#giveUp.signal,
      track: (work) => this.#running.track(work),
    });
  }

  #serving(): Serving {
    const { bus, agent, address, log } = this.#options;
    let ack: string | undefined;
    return {
      bus,
      agent,
      address,
      log,
      slots: this.#slots,
      mayWait: true,
      cancellations: this.#cancellations,
      keepAlive: new KeepAlive(bus),
      ack: () => {
        ack ??= JSON.stringify({
          type: 'status',
          data: 'ack',
          instance: this.instance,
          agent: `${address.owner}/${address.agent}`,
          every_s: BEAT_S,
        } satisfies Chunk);
        return ack;
      },
      deadlines: this.#deadlines,
    };
  }

  #status() {
    const { capacity, used: inFlight } = this.#slots;
    const state = this.#draining ? 'draining' : inFlight >= capacity ? 'busy' : 'ready';
    const freeAt = this.#draining ? undefined : this.#options.bus.serverId;
    return { state, inFlight, capacity, freeAt } as const;
  }
}
