import type { Logger } from 'pino';
import type { BaseAgent } from './agent/agent.ts';
import { iterate, type RunEvent } from './agent/events.ts';
import { newId } from './agent/id.ts';
import { splitSignal } from './agent/new-run.ts';
import type { Store, StoreOptions } from './agent/port.ts';
import { silentLog } from './agent/silent-log.ts';
import { resolveServer } from './bus/broker/resolve-server.ts';
import { Bus, type Subscription } from './bus/bus.ts';
import { callControl, serveControl } from './control.ts';
import { AgentServer } from './handoff/agent-server.ts';
import { type AskOptions, ask } from './handoff/ask.ts';
import { Breakers } from './handoff/breakers.ts';
import { cancelEverywhere } from './handoff/cancellations.ts';
import { Draws } from './handoff/draws.ts';
import { cancelRun } from './handoff/durable/cancel-run.ts';
import { DurableCalls } from './handoff/durable/durable-calls.ts';
import { type DurableOptions, Spaces } from './handoff/durable/spaces.ts';
import { Sweeper } from './handoff/durable/sweeper.ts';
import { DEFAULT_INLINE_LIMIT } from './handoff/large-request.ts';
import { makePort, ownStore } from './handoff/port.ts';
import { RetryBudget } from './handoff/retry-budget.ts';
import type { Sender } from './handoff/sender.ts';
import { type LaunchedAgent, launched } from './launched-agent.ts';
import type { InstanceView } from './registry/instance-table.ts';
import { type AgentView, Registry } from './registry/registry.ts';
import { BatonError } from './wire/error.ts';
import type { Message } from './wire/message.ts';
import { Owner, parseAddress } from './wire/name.ts';
import type { RunResult } from './wire/result.ts';
import { supervisorSubject } from './wire/subject.ts';

/** Milliseconds between heartbeats when nobody says otherwise. */
export const DEFAULT_HEARTBEAT_MS = 2000;

/** A smaller limit would make a reference of what is hardly larger than one, bytes. */
const MIN_INLINE_LIMIT = 1024;

export interface JoinOptions {
  /** Broker URL. Default: `NATS_URL`, then `.baton/broker.json` in this folder or above. */
  readonly server?: string;
  /** The tenant whose agents are meant by a bare name. Default `default`. */
  readonly owner?: string;
  /** Names this member to the broker and to the agents it asks. Default `client`. */
  readonly name?: string;
  /** Milliseconds between the heartbeats of agents launched here. Default 2000. */
  readonly heartbeatMs?: number;
  /**
   * Bytes of a request above which its messages travel by reference, through the broker's object store. Default 262 144;
   * what the broker does not take in one message travels so in any case.
   */
  readonly inlineLimit?: number;
  /** Default: no log. */
  readonly log?: Logger;
  /**
   * A member that stays answers newcomers' questions about agents that are gone, and ends durable runs that are too late.
   * Launching an agent implies it.
   */
  readonly stays?: boolean;
  /** How durable delivery behaves; the defaults suit everyone but tests. */
  readonly durable?: DurableOptions;
}

/**
 * Connects to the mesh.
 * @throws {BatonError} UNAVAILABLE within 3 s when there is no broker, saying what to do.
 */
export async function join(options: JoinOptions = {}): Promise<Mesh> {
  const owner = Owner.safeParse(options.owner ?? 'default');
  if (!owner.success) {
    throw new BatonError(
      'INVALID_ARGUMENT',
      `owner ${JSON.stringify(options.owner)} ${owner.error.issues[0]?.message}`,
    );
  }
  const heartbeatMs = options.heartbeatMs ?? DEFAULT_HEARTBEAT_MS;
  if (!(heartbeatMs >= 100))
    throw new BatonError('INVALID_ARGUMENT', `"heartbeatMs" must be at least 100, not ${heartbeatMs}`);
  const inlineLimit = options.inlineLimit ?? DEFAULT_INLINE_LIMIT;
  if (!(inlineLimit >= MIN_INLINE_LIMIT)) {
    throw new BatonError(
      'INVALID_ARGUMENT',
      `"inlineLimit" must be at least ${MIN_INLINE_LIMIT}, not ${inlineLimit}`,
    );
  }
  const name = options.name ?? 'client';
  const { url } = await resolveServer(options.server === undefined ? {} : { server: options.server });
  const log = options.log ?? silentLog();
  const onError = (err: unknown) => log.error({ err }, 'a subscriber failed');
  const bus = await Bus.connect({
    server: url,
    name,
    onError,
    onAway: () => log.warn({ server: url }, 'the broker is away; trying to reach it again'),
    onReturn: (outage) => log.info({ server: url, ...outage }, 'the broker is back'),
  });
  const { stays = false, durable = {} } = options;
  return new Mesh({ bus, owner: owner.data, name, heartbeatMs, inlineLimit, log, stays, durable });
}

interface MeshParts {
  readonly bus: Bus;
  readonly owner: Owner;
  readonly name: string;
  readonly heartbeatMs: number;
  readonly inlineLimit: number;
  readonly log: Logger;
  readonly stays: boolean;
  readonly durable: DurableOptions;
}

/** One member's place on the mesh: it asks, launches and sees. Made by `join`. */
export class Mesh extends DurableCalls implements AsyncDisposable {
  readonly owner: Owner;
  readonly #parts: MeshParts;
  readonly #registry: Registry;
  readonly #servers: AgentServer[] = [];
  readonly #controls: Subscription[] = [];
  protected readonly sender: Sender;
  #stays = false;
  #sweeper: Sweeper | undefined;

  constructor(parts: MeshParts) {
    super();
    this.owner = parts.owner;
    this.#parts = parts;
    this.#registry = new Registry({ bus: parts.bus, owner: parts.owner });
    const { bus, owner: home, name, inlineLimit } = parts;
    const source = { agent: name, instance: newId().toLowerCase() };
    this.sender = {
      bus,
      registry: this.#registry,
      home,
      source: () => source,
      draws: new Draws(bus, this.#registry),
      breakers: new Breakers(),
      retries: new RetryBudget(),
      spaces: new Spaces(bus, { home, options: parts.durable }),
      inlineLimit,
    };
    this.#registry.start();
    if (parts.stays) this.#stay();
  }

  /** The broker this member is connected to. */
  get server(): string {
    return this.#parts.bus.server;
  }

  /**
   * Puts an agent on the mesh, in this process. Returns when others can reach it, and this member knows its card; who else
   * is there may be known a little later (see `synced`), and an agent that may hand off answers from then on.
   * @throws {BatonError} UNAVAILABLE when the broker is lost meanwhile.
   */
  async launch(agent: BaseAgent): Promise<LaunchedAgent> {
    const { bus, owner, heartbeatMs, log } = this.#parts;
    const address = { owner, agent: agent.name };
    const agentLog = log.child({ agent: agent.name });
    const source = () => ({ agent: agent.name, instance: server?.instance ?? '' });
    let server: AgentServer | undefined;
    const { spaces } = this.sender;
    agent.attach(makePort({ ...this.sender, source }), agentLog, this.#registry.synced());
    await Promise.all([agent.prepare(), this.#registry.told()]);
    server = await AgentServer.start({
      bus,
      registry: this.#registry,
      agent,
      address,
      heartbeatMs,
      log: agentLog,
      spaces,
    });
    this.#servers.push(server);
    await this.#registry.described(server.instance);
    this.#stay();
    agentLog.info({ instance: server.instance, model: agent.model?.name }, 'agent is up');
    return launched(agent, server);
  }

  /**
   * Asks an agent. Whatever happens on the mesh, it resolves with one result; see `success` and `error`.
   * @throws {BatonError} INVALID_ARGUMENT, before anything is published, for a name, question or option that is none.
   */
  ask(target: string, question: string | readonly Message[], options: AskOptions = {}): Promise<RunResult> {
    return ask(this.sender, { target, question, options }, () => {});
  }

  /** As `ask`, telling what happens on the way; the last event is the result. Leaving the loop cancels. */
  stream(
    target: string,
    question: string | readonly Message[],
    options: AskOptions = {},
  ): AsyncIterable<RunEvent> {
    const { parent, withSignal } = splitSignal(options);
    return iterate(
      (emit, signal) => ask(this.sender, { target, question, options: withSignal(signal) }, emit),
      parent,
    );
  }

  /**
   * Stops a handoff of this owner wherever it runs, and ends a durable run as cancelled wherever it waits; returns the
   * agents it was at.
   * @throws {BatonError} NOT_FOUND when nobody is at work under that id, FAILED_PRECONDITION for a durable run that has
   * ended already, INVALID_ARGUMENT for what is no id, UNAVAILABLE.
   */
  async cancel(id: string): Promise<string[]> {
    const durable = await cancelRun(this.sender, id);
    const agents = await cancelEverywhere(this.#parts.bus, this.owner, id);
    const all = [...new Set([...durable, ...agents])];
    if (all.length > 0) return all;
    throw new BatonError('NOT_FOUND', `nobody is at work on "${id}": it is over, or was never begun`);
  }

  /** Resolves when everyone alive at the time of joining is known. */
  synced(): Promise<void> {
    return this.#registry.synced();
  }

  /** Live agents, as seen now. */
  agents(): AgentView[] {
    return this.#registry.agents();
  }

  /** Live instances, as seen now. */
  instances(): InstanceView[] {
    return this.#registry.instances();
  }

  /**
   * Opens a store that all members of this owner share, as skills do through their agent.
   * @throws {BatonError} FAILED_PRECONDITION when the broker cannot keep one, NOT_FOUND when there is none and it was
   * not to be made, UNAVAILABLE.
   */
  store(options: StoreOptions): Promise<Store> {
    return ownStore(this.sender, options);
  }

  /** Calls back after an instance joined, left or changed; returns how to stop that. */
  onChange(listener: () => void): () => void {
    const { log } = this.#parts;
    return this.#registry.onChange(() => {
      try {
        listener();
      } catch (err) {
        log.error({ err }, 'a listener to changes of the mesh failed');
      }
    });
  }

  /** Serves a supervisor's control verb; with `agent`, what is meant for that agent, once if several supervisors run it. */
  onControl(verb: 'scale' | 'stop', handle: (request: unknown) => unknown, agent?: string): void {
    const subject = this.#controlSubject(verb, agent);
    const place = agent === undefined ? { subject } : { subject, queue: 'supervisor' };
    this.#controls.push(serveControl(this.#parts.bus, place, handle));
  }

  /**
   * Calls a supervisor; with `agent`, one that runs that agent. Default 5000 ms.
   * @throws {BatonError} UNAVAILABLE when none is running, else what it answers with.
   */
  control(
    verb: 'scale' | 'stop',
    request: unknown,
    { agent, timeoutMs = 5000 }: { agent?: string; timeoutMs?: number } = {},
  ): Promise<unknown> {
    return callControl(this.#parts.bus, this.#controlSubject(verb, agent), { request, timeoutMs });
  }

  /** Drains the agents launched here, then the connection. Calling it again is no error. */
  async close(graceMs?: number): Promise<void> {
    await Promise.all(this.#servers.splice(0).map((server) => server.stop(graceMs)));
    for (const control of this.#controls.splice(0)) control.close();
    this.#sweeper?.close();
    this.#registry.close();
    await this.#parts.bus.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #controlSubject(verb: 'scale' | 'stop', agent: string | undefined): string {
    if (agent === undefined) return supervisorSubject(this.owner, verb);
    const address = parseAddress(agent, this.owner);
    return supervisorSubject(address.owner, verb, address.agent);
  }

  #stay(): void {
    if (this.#stays) return;
    this.#stays = true;
    this.#registry.answerPeers();
    this.#sweeper = new Sweeper(this.sender.spaces);
  }
}
