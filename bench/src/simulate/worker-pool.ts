import type { CallPool } from './call-pool.ts';
import type { Random } from './random.ts';

interface WorkerPoolOptions {
  readonly workers: number;
  readonly slots: number;
  readonly linePerSlot: number;
  readonly patienceMs: number;
}

interface InLine {
  readonly until: number;
  readonly worker: number;
  readonly call: number;
  readonly ticket: number;
}

/** The places of all workers, and their lines, by the rules of an instance's own; all calls are of one priority. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #used: Uint16Array;
  readonly #lines = new Map<number, number[]>();
  /** Everyone in line, in the order of lateness: all have the same patience. */
  #late: InLine[] = [];
  #lateFrom = 0;
  #busy = 0;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#used = new Uint16Array(options.workers);
  }

  /** Slots at work. */
  get busy(): number {
    return this.#busy;
  }

  occupy(worker: number): void {
    this.#used[worker] = (this.#used[worker] as number) + 1;
    this.#busy += 1;
  }

  tryTake(worker: number): boolean {
    if ((this.#used[worker] as number) >= this.#options.slots) return false;
    this.occupy(worker);
    return true;
  }

  hasRoomInLine(worker: number): boolean {
    const { slots, linePerSlot } = this.#options;
    return (this.#lines.get(worker)?.length ?? 0) < slots * linePerSlot;
  }

  wait(
    worker: number,
    call: number,
    { now, calls }: { readonly now: number; readonly calls: CallPool },
  ): void {
    const line = this.#lines.get(worker);
    if (line) line.push(call);
    else this.#lines.set(worker, [call]);
    const ticket = calls.enterLine(call);
    const until = now + this.#options.patienceMs;
    if (until < Number.POSITIVE_INFINITY) this.#late.push({ until, worker, call, ticket });
  }

  /** When the next in line has lost its patience. */
  nextLate(calls: CallPool): number {
    for (; this.#lateFrom < this.#late.length; this.#lateFrom++) {
      const { until, call, ticket } = this.#late[this.#lateFrom] as InLine;
      if (calls.isInLine(call, ticket)) return until;
    }
    this.#late = [];
    this.#lateFrom = 0;
    return Number.POSITIVE_INFINITY;
  }

  /** Sends away whoever has waited longest; it is the first of its line. */
  dropLate(calls: CallPool): number {
    const { worker, call } = this.#late[this.#lateFrom] as InLine;
    this.#lateFrom += 1;
    if (this.#lateFrom > 100_000) {
      this.#late = this.#late.slice(this.#lateFrom);
      this.#lateFrom = 0;
    }
    this.#shift(worker, calls);
    return call;
  }

  /** A job is done: its slot goes to the first in line, which is returned, or is free. */
  release(worker: number, calls: CallPool): number | undefined {
    const next = this.#shift(worker, calls);
    if (next !== undefined) return next;
    this.#used[worker] = (this.#used[worker] as number) - 1;
    this.#busy -= 1;
    return undefined;
  }

  /** The worker of a busy slot, each slot as likely as any other; at least one must be busy. */
  drawBusy(random: Random): number {
    const { workers, slots } = this.#options;
    for (;;) {
      const slot = random.below(workers * slots);
      const worker = Math.floor(slot / slots);
      if (slot - worker * slots < (this.#used[worker] as number)) return worker;
    }
  }

  #shift(worker: number, calls: CallPool): number | undefined {
    const line = this.#lines.get(worker);
    const next = line?.shift();
    if (next === undefined) return undefined;
    if (line?.length === 0) this.#lines.delete(worker);
    calls.leaveLine(next);
    return next;
  }
}
