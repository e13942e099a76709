import { BatonError, join, type Mesh } from '@baton/runtime';
import { autoscaleOwn } from '../autoscale/supervised.ts';
import { ensureNatsServer } from '../broker/ensure.ts';
import type { HostSettings } from '../host/settings.ts';
import type { MeshPlan } from '../mesh-file/read.ts';
import type { Log } from '../supervisor/log.ts';
import { Supervisor } from '../supervisor/supervisor.ts';
import { orInterrupted } from '../terminal/interrupt.ts';
import { claimFolder, releaseFolder, releaseFolderNow } from './claim.ts';
import { EmbeddedBroker } from './embedded-broker.ts';
import type { Narrator } from './narrator.ts';
import { stopOrphanedBroker } from './orphaned-broker.ts';
import type { MeshSummary } from './summary.ts';

export interface SessionOptions {
  readonly plan: MeshPlan;
  /** Below it is `.baton/`. */
  readonly folder: string;
  /** The broker to use; undefined starts one of the folder's own. */
  readonly server: string | undefined;
  /** Whether this is the folder's mesh, of which there is one. */
  readonly claims: boolean;
  readonly logLevel: HostSettings['logLevel'];
  readonly log: Log;
  readonly narrator: Narrator;
  /** Told every line an agent's process writes. */
  onLine(label: string, line: string, stream: 'stdout' | 'stderr'): void;
}

/** What came up is on the mesh at once; the registry is given this long to have heard of it. */
const SEEN_TIMEOUT_MS = 10_000;

/** A mesh while it is up: its folder, its broker, its supervisor. Everything that was started is stopped again by `stop`. */
export class MeshSession {
  readonly #options: SessionOptions;
  #claimed = false;
  #broker: EmbeddedBroker | undefined;
  #server = '';
  #mesh: Mesh | undefined;
  #supervisor: Supervisor | undefined;
  readonly #scaling = new AbortController();
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** The supervisor's own place on the mesh. @throws {BatonError} FAILED_PRECONDITION before `start` is through. */
  get mesh(): Mesh {
    if (this.#mesh) return this.#mesh;
    throw new BatonError('FAILED_PRECONDITION', 'the mesh is not up yet');
  }

  /**
   * Resolves when every replica is on the mesh. `stop` is asked for by the control verb of that name.
   * @throws {BatonError} why not: what was started by then runs until `stop`. CANCELLED when the signal is aborted.
   */
  start(signal: AbortSignal, stop: () => void): Promise<void> {
    this.#starting ??= this.#start(signal).then(() => this.#serve(stop));
    return this.#starting;
  }

  /** Drains the agents, leaves the mesh, stops the broker, gives the folder back. Calling it again waits for the same end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** Whether there is anything to take down yet. */
  get hasBegun(): boolean {
    return this.#broker !== undefined || this.#supervisor !== undefined;
  }

  /** Ends every process now; nothing is drained. */
  kill(): void {
    this.#supervisor?.kill();
    this.#broker?.kill();
    if (this.#claimed) releaseFolderNow(this.#options.folder);
  }

  summary(): MeshSummary {
    const cards = new Map(this.mesh.agents().map(({ agent, card }) => [agent, card]));
    const agents = (this.#supervisor?.agents() ?? []).map(({ agent, replicas }) => ({
      agent,
      description: cards.get(agent)?.description ?? '',
      pids: replicas.flatMap(({ pid }) => pid ?? []),
    }));
    return { server: this.#server, agents };
  }

  async #start(signal: AbortSignal): Promise<void> {
    const { plan, folder, claims, log, logLevel, narrator, onLine } = this.#options;
    if (claims) {
      await claimFolder(folder, plan.file);
      this.#claimed = true;
    }
    const server = this.#options.server ?? (await this.#startBroker(signal));
    this.#server = server;
    const { owner, heartbeatMs, agents } = plan;
    this.#mesh = await orInterrupted(join({ server, owner, name: 'supervisor', stays: true, log }), signal);
    signal.throwIfAborted();
    const supervisor = new Supervisor({
      agents,
      settings: { server, owner, heartbeatMs, logLevel },
      log,
      onLine,
    });
    this.#supervisor = supervisor;
    const started = performance.now();
    let processes = 0;
    await supervisor.start(({ up, of }) => {
      processes = of;
      narrator.doing(`agents: ${up} of ${of} are up`);
    });
    await this.#untilSeen(signal);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    narrator.done(`${count(agents.length, 'agent')} in ${count(processes, 'process')}, ${seconds} s`);
  }

  /** From now on others may change how many there are, and their load does. */
  #serve(stop: () => void): void {
    const { plan, log } = this.#options;
    const { mesh } = this;
    const supervisor = this.#supervisor;
    if (!supervisor || this.#scaling.signal.aborted) return;
    supervisor.serve(mesh, stop);
    void autoscaleOwn({ mesh, supervisor, agents: plan.agents, log }, this.#scaling.signal);
  }

  async #startBroker(signal: AbortSignal): Promise<string> {
    const { folder, log, narrator } = this.#options;
    narrator.doing('broker');
    const orphan = await stopOrphanedBroker(folder);
    if (orphan !== undefined)
      narrator.done(`stopped a broker left behind by a mesh that was killed (pid ${orphan})`);
    const tell = (line: string) => narrator.doing(`broker: ${line}`);
    const binary = await orInterrupted(
      ensureNatsServer({ cwd: folder, env: process.env, log: tell }),
      signal,
    );
    narrator.doing(`broker: nats-server ${binary.version}`);
    this.#broker = await EmbeddedBroker.start({ folder, binary, log });
    narrator.done(`broker ${this.#broker.url} (nats-server ${this.#broker.version})`);
    return this.#broker.url;
  }

  /** Waits until the registry knows every replica: what is said to be up can be asked. */
  async #untilSeen(signal: AbortSignal): Promise<void> {
    const { mesh } = this;
    const late = AbortSignal.timeout(SEEN_TIMEOUT_MS);
    let stopListening = () => {};
    const seen = new Promise<void>((resolve) => {
      const look = () => {
        const live = new Set(mesh.instances().map(({ instance, details }) => details && instance));
        const replicas = this.#supervisor?.agents().flatMap(({ replicas }) => replicas) ?? [];
        if (replicas.every(({ instance }) => instance !== undefined && live.has(instance))) resolve();
      };
      stopListening = mesh.onChange(look);
      look();
    });
    try {
      await orInterrupted(seen, AbortSignal.any([signal, late]));
    } catch (error) {
      if (signal.aborted) throw error;
      throw new BatonError(
        'DEADLINE_EXCEEDED',
        `not every agent is on the mesh after ${SEEN_TIMEOUT_MS / 1000} s`,
      );
    } finally {
      stopListening();
    }
  }

  async #stop(): Promise<void> {
    this.#scaling.abort();
    // What a start was about to do ends with it: it fails, or it is through.
    const settled = this.#starting?.catch(() => {});
    await this.#supervisor?.stop();
    await settled;
    await this.#supervisor?.stop();
    await this.#mesh?.close();
    await this.#broker?.stop();
    if (this.#claimed) await releaseFolder(this.#options.folder);
  }
}

function count(number: number, what: string): string {
  if (number === 1) return `1 ${what}`;
  return `${number} ${what}${what.endsWith('s') ? 'es' : 's'}`;
}
