import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { BatonError, type Mesh } from '@baton/runtime';
import pLimit from 'p-limit';
import { z } from 'zod';
import { didYouMean } from '../did-you-mean.ts';
import type { HostSettings } from '../host/settings.ts';
import { AgentGroup, type Scaled, STOP_GRACE_MS } from './agent-group.ts';
import { type AgentSpec, MAX_REPLICAS } from './agent-spec.ts';
import type { Log } from './log.ts';

export interface SupervisorOptions {
  readonly agents: readonly AgentSpec[];
  readonly settings: HostSettings;
  readonly log: Log;
  /** Told every line a replica writes. */
  onLine(label: string, line: string, stream: 'stdout' | 'stderr'): void;
}

/** How far a start is. */
export interface Progress {
  readonly up: number;
  readonly of: number;
}

/** Starting a process takes a processor for half a second: more at a time only makes all of them late. */
const STARTS_AT_A_TIME = Math.max(4, 2 * availableParallelism());

/** What an agent gets to say goodbye when those before it have used up the time. */
const LEAST_GRACE_MS = 1_000;

const ScaleRequest = z.object({
  agent: z.string(),
  /** Without it nothing is changed: the answer tells how many there are. */
  replicas: z.int().min(0).max(MAX_REPLICAS).optional(),
});

/** Keeps the processes of some agents up: one a replica, restarted when one ends unasked. */
export class Supervisor {
  readonly #groups: readonly AgentGroup[];
  #stopping: Promise<void> | undefined;

  constructor({ agents, settings, log, onLine }: SupervisorOptions) {
    const gate = pLimit(STARTS_AT_A_TIME);
    this.#groups = agents.map((spec) => {
      const fallbackName = spec.name ?? basename(spec.module).replace(/\.[cm]?[jt]sx?$/, '');
      return new AgentGroup({ spec, settings, fallbackName, gate, log, onLine });
    });
  }

  /** Resolves when every replica is up. @throws {BatonError} the first failure of one that never was. */
  async start(onProgress: (progress: Progress) => void): Promise<void> {
    // Counted once the groups have made their replicas, which they do at once.
    let up = 0;
    const tell = () => onProgress({ up, of: this.#count() });
    const starting = this.#groups.map((group) =>
      group.start(() => {
        up += 1;
        tell();
      }),
    );
    tell();
    await Promise.all(starting);
  }

  /** Serves the control verbs of a mesh. `stop` is called once a stop was asked for and answered. */
  serve(mesh: Mesh, stop: () => void): void {
    // What is meant for an agent reaches its own supervisor only; a name that is nobody's, every one.
    for (const { name } of this.#groups) mesh.onControl('scale', (request) => this.scale(request), name);
    mesh.onControl('scale', (request) => this.scale(request));
    mesh.onControl('stop', () => {
      setImmediate(stop);
      return { pid: process.pid };
    });
  }

  /** @throws {BatonError} NOT_FOUND naming the agents there are; INVALID_ARGUMENT for a number out of range. */
  scale(request: unknown): Promise<Scaled> {
    const read = ScaleRequest.safeParse(request);
    if (!read.success) {
      throw new BatonError(
        'INVALID_ARGUMENT',
        `expected {agent, replicas} with a whole number of replicas from 0 to ${MAX_REPLICAS}`,
      );
    }
    const { agent, replicas } = read.data;
    const group = this.#groups.find(({ name }) => name === agent);
    if (group) return replicas === undefined ? Promise.resolve(group.scaled) : group.scale(replicas);
    const known = this.#groups.map(({ name }) => name);
    throw new BatonError(
      'NOT_FOUND',
      `no agent ${JSON.stringify(agent)} is supervised here${didYouMean(agent, known)}; there are: ${known.join(', ')}`,
    );
  }

  /** The agents and their processes, as they are now. */
  agents(): {
    agent: string;
    replicas: readonly { pid: number | undefined; instance: string | undefined }[];
  }[] {
    return this.#groups.map(({ name, replicas }) => ({
      agent: name,
      replicas: replicas.map(({ pid, instance }) => ({ pid, instance })),
    }));
  }

  /**
   * Drains every process and waits until all are gone: one agent after the other, in the order they are named, so that
   * what a front agent has begun still finds the agents it hands off to. All of it within the grace of one.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopInOrder();
    return this.#stopping;
  }

  /** Ends every process now, whatever it is doing. */
  kill(): void {
    for (const group of this.#groups) group.kill();
  }

  async #stopInOrder(): Promise<void> {
    const latest = Date.now() + STOP_GRACE_MS;
    for (const group of this.#groups) await group.stop(Math.max(LEAST_GRACE_MS, latest - Date.now()));
  }

  #count(): number {
    return this.#groups.reduce((sum, { replicas }) => sum + replicas.length, 0);
  }
}
