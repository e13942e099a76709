import { setTimeout as sleep } from 'node:timers/promises';
import { BatonError } from '@baton/runtime';
import type { LimitFunction } from 'p-limit';
import type { HostSettings } from '../host/settings.ts';
import { type AgentChild, type Ready, startAgentChild } from './agent-child.ts';
import type { AgentSpec } from './agent-spec.ts';
import type { Log } from './log.ts';
import { Replica } from './replica.ts';

export interface GroupOptions {
  readonly spec: AgentSpec;
  readonly settings: HostSettings;
  /** What a person calls the agent before its name is known. */
  readonly fallbackName: string;
  /** Lets a few processes start at a time, over all agents. */
  readonly gate: LimitFunction;
  readonly log: Log;
  /** Told every line a replica writes, and which one wrote it: `billing-department.1`. */
  onLine(label: string, line: string, stream: 'stdout' | 'stderr'): void;
}

/** A change of the number of replicas. */
export interface Scaled {
  readonly agent: string;
  readonly before: number;
  readonly after: number;
  /** Those of them that are up, by their id on the mesh. */
  readonly instances: readonly string[];
}

/** Longer than an agent's own grace, so that killing is what happens to those that hang. */
export const STOP_GRACE_MS = 30_000;
/** How long a change of scale is waited for; it goes on after that. */
const SCALE_WAIT_MS = 10_000;

/** The replicas of one agent. Changes of their number happen one after the other. */
export class AgentGroup {
  readonly #options: GroupOptions;
  readonly #replicas: Replica[] = [];
  readonly #leaving = new Set<Replica>();
  #name: string | undefined;
  #changing: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: GroupOptions) {
    this.#options = options;
    this.#name = options.spec.name;
  }

  /** The agent's name, as far as it is known. */
  get name(): string {
    return this.#name ?? this.#options.fallbackName;
  }

  get replicas(): readonly Replica[] {
    return this.#replicas;
  }

  /** Starts the replicas the spec asks for. @throws {BatonError} the first failure, with where the agent was asked for. */
  async start(onUp: () => void): Promise<void> {
    const fresh = this.#add(this.#options.spec.replicas);
    await Promise.all(fresh.map((replica) => this.#startOne(replica).then(onUp)));
  }

  /** How many replicas there are; nothing is changed. */
  get scaled(): Scaled {
    const { length } = this.#replicas;
    const instances = this.#replicas.flatMap(({ instance }) => instance ?? []);
    return { agent: this.name, before: length, after: length, instances };
  }

  /**
   * Brings the number of replicas to `count` and waits, 10 s at most, until the new ones are up or the others gone.
   * @throws {BatonError} why a new replica does not come up; those that do not are given up. DEADLINE_EXCEEDED when they
   * take longer: they go on starting.
   */
  async scale(count: number): Promise<Scaled> {
    const change = this.#changing.then(() => this.#resize(count));
    this.#changing = change.catch(() => {});
    const { before, gone } = await change;
    // Nobody waits in line behind those that finish their work: more replicas may be wanted meanwhile.
    await Promise.race([gone, sleep(SCALE_WAIT_MS, undefined, { ref: false })]);
    return { ...this.scaled, before };
  }

  /** Drains every replica and waits until all are gone; they are killed after `graceMs`. */
  async stop(graceMs = STOP_GRACE_MS): Promise<void> {
    this.#stopped = true;
    // They are not forgotten before they are gone: `kill` may be the next word.
    for (const replica of this.#replicas.splice(0)) this.#leaving.add(replica);
    await Promise.all([...this.#leaving].map((replica) => replica.stop(graceMs)));
  }

  kill(): void {
    this.#stopped = true;
    for (const replica of [...this.#replicas, ...this.#leaving]) replica.kill();
  }

  /** Resolves when the new replicas are up; those that are too many have been told to stop, and `gone` waits for them. */
  async #resize(count: number): Promise<{ before: number; gone: Promise<void> }> {
    if (this.#stopped) throw new BatonError('UNAVAILABLE', 'the mesh is stopping');
    const before = this.#replicas.length;
    if (count > before) await this.#grow(count);
    return { before, gone: this.#shrink(count) };
  }

  async #grow(count: number): Promise<void> {
    const fresh = this.#add(count - this.#replicas.length);
    const started = Promise.all(
      fresh.map((replica) =>
        this.#startOne(replica).catch((error: unknown) => {
          this.#drop(replica);
          throw error;
        }),
      ),
    );
    const late = await Promise.race([started, sleep(SCALE_WAIT_MS, 'late' as const, { ref: false })]);
    if (late !== 'late') return;
    started.catch((error: Error) => this.#options.log.error(error.message));
    const up = this.#replicas.filter(({ instance }) => instance !== undefined).length;
    throw new BatonError(
      'DEADLINE_EXCEEDED',
      `${up} of ${count} replicas of "${this.name}" are up after ${SCALE_WAIT_MS / 1000} s; the others are still starting`,
    );
  }

  async #shrink(count: number): Promise<void> {
    const leaving = this.#replicas.splice(count);
    await Promise.all(
      leaving.map(async (replica) => {
        this.#leaving.add(replica);
        await replica.stop(STOP_GRACE_MS);
        this.#leaving.delete(replica);
      }),
    );
  }

  #add(count: number): Replica[] {
    const { log } = this.#options;
    // Those that are leaving still write their lines.
    const taken = new Set([...this.#replicas, ...this.#leaving].map(({ number }) => number));
    const fresh: Replica[] = [];
    for (let number = 1; fresh.length < count; number += 1) {
      if (taken.has(number)) continue;
      const label = () => `${this.name}.${number}`;
      fresh.push(new Replica({ number, label, launch: () => this.#launch(label), log }));
    }
    this.#replicas.push(...fresh);
    return fresh;
  }

  #drop(replica: Replica): void {
    const at = this.#replicas.indexOf(replica);
    if (at >= 0) this.#replicas.splice(at, 1);
  }

  #launch(label: () => string): AgentChild {
    const { spec, settings, onLine } = this.#options;
    const tell = (line: string, stream: 'stdout' | 'stderr') => onLine(label(), line, stream);
    return startAgentChild({ spec, settings, onLine: tell });
  }

  async #startOne(replica: Replica): Promise<Ready> {
    try {
      const ready = await this.#options.gate(() => replica.start());
      this.#name ??= ready.agent;
      return ready;
    } catch (thrown) {
      const { code, message } = BatonError.from(thrown);
      throw new BatonError(code, this.#blame(message), { cause: thrown });
    }
  }

  #blame(message: string): string {
    const { origin, name } = this.#options.spec;
    if (message.startsWith(origin)) return message;
    return name === undefined ? `${origin}: ${message}` : `${origin}: agent "${name}": ${message}`;
  }
}
