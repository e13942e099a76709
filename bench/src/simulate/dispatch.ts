import { Agenda } from './agenda.ts';
import { CallPool } from './call-pool.ts';
import { Histogram } from './histogram.ts';
import type { Random } from './random.ts';
import { WorkerPool } from './worker-pool.ts';

/** How instances and callers deal with more calls than places. */
export interface DispatchRules {
  /** Calls that may wait in an instance's line, for each of its slots. */
  readonly linePerSlot: number;
  /** How long one waits there that has waited so long elsewhere, before it is answered "busy", milliseconds. */
  patienceMs(waitedMs: number): number;
  /** A caller's pause after so many busy answers at the door, none after a line, milliseconds; the chance is from 0 to 1. */
  pauseMs(tries: number, chance: number): number;
  /** How long a call is tried for, milliseconds. */
  readonly deadlineMs: number;
}

export interface DispatchOptions {
  readonly workers: number;
  /** Places of one worker. */
  readonly slots: number;
  /** Of what all slots could do, below 1. */
  readonly load: number;
  /** A job takes exponential time with this mean, milliseconds. */
  readonly jobMs: number;
  readonly rules: DispatchRules;
  readonly random: Random;
  /** How long it runs before anything is counted, and then is counted, in mean jobs. */
  readonly warmUpJobs: number;
  readonly jobs: number;
}

export interface DispatchFigures {
  /** Calls that a slot has taken. */
  readonly calls: number;
  /** Of all slots, over the time. */
  readonly busyShare: number;
  /** Of the calls, those that did not find a free slot at their first try. */
  readonly waited: number;
  readonly busyAnswersPerCall: number;
  /** From the first try until a slot was taken, milliseconds. */
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Calls that were given up at their deadline. */
  readonly failed: number;
}

/**
 * Many workers and no dispatcher: each try goes to a worker that has a free slot, drawn at random; where none has, it waits in the
 * short line of any, which after a while says "busy", and the caller tries again after a pause. Calls of any number of callers, each at random
 * times, come at random times together, so callers are not told apart. Messages take no time.
 */
export function simulateDispatch(options: DispatchOptions): DispatchFigures {
  return new Dispatch(options).run();
}

class Dispatch {
  readonly #options: DispatchOptions;
  readonly #workers: WorkerPool;
  readonly #calls = new CallPool();
  readonly #retries = new Agenda();
  readonly #waits = new Histogram();
  #now = 0;
  #busyTime = 0;
  #busyAnswers = 0;
  #waited = 0;
  #failed = 0;
  #isCounting = false;

  constructor(options: DispatchOptions) {
    const { workers, slots, load, random, rules } = options;
    this.#options = options;
    this.#workers = new WorkerPool({ workers, slots, linePerSlot: rules.linePerSlot });
    // Begins as busy as it will be: each slot with the chance of the load.
    for (let worker = 0; worker < workers; worker++) {
      for (let slot = 0; slot < slots; slot++) if (random.next() < load) this.#workers.occupy(worker);
    }
  }

  run(): DispatchFigures {
    const { warmUpJobs, jobs, jobMs, workers, slots } = this.#options;
    this.#runUntil(warmUpJobs * jobMs);
    this.#isCounting = true;
    const measuredMs = jobs * jobMs;
    this.#runUntil(this.#now + measuredMs);
    const waits = this.#waits;
    const calls = waits.total;
    return {
      calls,
      busyShare: this.#busyTime / (measuredMs * workers * slots),
      waited: this.#waited / calls,
      busyAnswersPerCall: this.#busyAnswers / calls,
      meanMs: waits.mean,
      p50Ms: waits.quantile(0.5),
      p99Ms: waits.quantile(0.99),
      failed: this.#failed,
    };
  }

  /** Exponential times have no memory: the next arrival or completion may be drawn anew after anything that happens. */
  #runUntil(end: number): void {
    const { workers, slots, load, jobMs, random } = this.#options;
    const arrivals = (load * workers * slots) / jobMs;
    for (;;) {
      const completions = this.#workers.busy / jobMs;
      const chance = this.#now + random.exponential(1 / (arrivals + completions));
      const late = this.#workers.nextLate(this.#calls);
      const due = Math.min(chance, late, this.#retries.next, end);
      if (this.#isCounting) this.#busyTime += (due - this.#now) * this.#workers.busy;
      this.#now = due;
      if (due === end) return;
      if (due === late) this.#sendOn(this.#workers.dropLate(this.#calls));
      else if (due < chance) this.#try(this.#retries.take());
      else if (random.next() * (arrivals + completions) < arrivals) this.#try(this.#calls.open(this.#now));
      else this.#complete();
    }
  }

  #try(call: number): void {
    const { workers, random, rules } = this.#options;
    const free = this.#workers.drawFree(random);
    if (free !== undefined) {
      this.#workers.occupy(free);
      this.#take(call);
      return;
    }
    const until = this.#now + rules.patienceMs(this.#now - this.#calls.startOf(call));
    const refused = this.#workers.wait(random.below(workers), call, { calls: this.#calls, until });
    if (refused === call) this.#sayBusy(call, this.#calls.countTry(call));
    else if (refused !== undefined) this.#sendOn(refused);
  }

  #complete(): void {
    const next = this.#workers.release(this.#workers.drawBusy(this.#options.random), this.#calls);
    if (next !== undefined) this.#take(next);
  }

  #take(call: number): void {
    const waitedMs = this.#now - this.#calls.startOf(call);
    this.#calls.close(call);
    if (!this.#isCounting) return;
    this.#waits.add(waitedMs);
    if (waitedMs > 0) this.#waited += 1;
  }

  /** Out of a line: it tries again soon. */
  #sendOn(call: number): void {
    this.#calls.forgetTries(call);
    this.#sayBusy(call, 0);
  }

  #sayBusy(call: number, tries: number): void {
    const { rules, random } = this.#options;
    if (this.#isCounting) this.#busyAnswers += 1;
    const again = this.#now + rules.pauseMs(tries, random.next());
    if (again < this.#calls.startOf(call) + rules.deadlineMs) {
      this.#retries.add(again, call);
      return;
    }
    this.#calls.close(call);
    if (this.#isCounting) this.#failed += 1;
  }
}
