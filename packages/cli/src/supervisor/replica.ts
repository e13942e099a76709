import { setTimeout as sleep } from 'node:timers/promises';
import { BatonError, type Exit } from '@baton/runtime';
import { type AgentChild, describeExit, type Ready } from './agent-child.ts';
import { Backoff } from './backoff.ts';
import type { Log } from './log.ts';

export interface ReplicaOptions {
  /** Tells the replicas of one agent apart, from 1. */
  readonly number: number;
  /** `billing-department.1`, once the agent's name is known. */
  label(): string;
  /** Starts one process for this replica. */
  launch(): AgentChild;
  readonly log: Log;
}

/** One replica of an agent: it has a process, and gets another when that one ends unasked. */
export class Replica {
  readonly #options: ReplicaOptions;
  readonly #backoff = new Backoff();
  readonly #stopping = new AbortController();
  #child: AgentChild | undefined;
  #upSince: number | undefined;
  #ready: Ready | undefined;

  constructor(options: ReplicaOptions) {
    this.#options = options;
  }

  get number(): number {
    return this.#options.number;
  }

  /** Its process; undefined while there is none. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The instance on the mesh; undefined while it is not up. */
  get instance(): string | undefined {
    return this.#ready?.instance;
  }

  /**
   * Starts the first process and waits until it is up; from then on it is kept up.
   * @throws {BatonError} why it did not come up. It is not tried again then: the author has something to mend.
   */
  async start(): Promise<Ready> {
    // It may have waited for its turn until nobody wanted it any more.
    if (this.#isStopping) throw new BatonError('CANCELLED', 'stopped before it was started');
    const child = this.#launch();
    const ready = await this.#untilUp(child);
    void this.#keepUp(child);
    return ready;
  }

  /** Drains the process and waits until it is gone; it is killed after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    await this.#child?.stop(graceMs);
  }

  /** Ends the process now. */
  kill(): void {
    this.#stopping.abort();
    this.#child?.kill();
  }

  get #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #launch(): AgentChild {
    const child = this.#options.launch();
    this.#child = child;
    this.#upSince = undefined;
    this.#ready = undefined;
    void child.exited.then(() => {
      this.#ready = undefined;
      if (this.#child === child) this.#child = undefined;
    });
    return child;
  }

  async #untilUp(child: AgentChild): Promise<Ready> {
    const ready = await child.ready;
    this.#ready = ready;
    this.#upSince = performance.now();
    return ready;
  }

  async #keepUp(first: AgentChild): Promise<void> {
    const { log, label } = this.#options;
    let child = first;
    while (true) {
      const exit = await child.exited;
      if (this.#isStopping) return;
      await this.#wait(exit, child.pid);
      if (this.#isStopping) return;
      child = this.#launch();
      await this.#untilUp(child).then(
        ({ instance }) => log.info({ instance, child: child.pid }, `${label()} is up again`),
        (error: Error) => this.#reportFailure(error),
      );
    }
  }

  async #wait(exit: Exit, pid: number | undefined): Promise<void> {
    const upMs = this.#upSince === undefined ? 0 : performance.now() - this.#upSince;
    const delay = this.#backoff.next(upMs);
    const { log, label } = this.#options;
    const facts = { child: pid, upMs: Math.round(upMs), code: exit.code, signal: exit.signal };
    log.warn(facts, `${label()} ended unasked (${describeExit(exit)}); starts again in ${delay} ms`);
    await sleep(delay, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  #reportFailure(error: Error): void {
    const { log, label } = this.#options;
    if (!this.#isStopping) log.error(`${label()} does not come up: ${error.message}`);
  }
}
