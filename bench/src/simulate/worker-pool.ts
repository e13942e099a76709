import { Agenda } from './agenda.ts';
import type { CallPool } from './call-pool.ts';
import type { Random } from './random.ts';

interface WorkerPoolOptions {
  readonly workers: number;
  readonly slots: number;
  readonly linePerSlot: number;
}

interface InLine {
  readonly worker: number;
  readonly call: number;
}

export interface WaitOptions {
  readonly calls: CallPool;
  /** When it is sent away. */
  readonly until: number;
}

/** The places of all workers, and their lines, by the rules of an instance's own; all calls are of one priority. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #used: Uint16Array;
  /** The workers that have a free slot, in no order, and where each of them stands there. */
  readonly #free: number[] = [];
  readonly #placeInFree: Int32Array;
  readonly #lines = new Map<number, number[]>();
  /** When each in line is sent away, by its ticket. */
  readonly #late = new Agenda();
  readonly #tickets = new Map<number, InLine>();
  #busy = 0;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#used = new Uint16Array(options.workers);
    this.#placeInFree = new Int32Array(options.workers);
    for (let worker = 0; worker < options.workers; worker++) this.#addFree(worker);
  }

  /** Slots at work. */
  get busy(): number {
    return this.#busy;
  }

  occupy(worker: number): void {
    const used = (this.#used[worker] as number) + 1;
    this.#used[worker] = used;
    this.#busy += 1;
    if (used === this.#options.slots) this.#removeFree(worker);
  }

  /** A worker that has a free slot; undefined when none has. */
  drawFree(random: Random): number | undefined {
    return this.#free.length === 0 ? undefined : this.#free[random.below(this.#free.length)];
  }

  /** Puts a call in line, who came first to the mesh before the others; returns whom the line has no room for. */
  wait(worker: number, call: number, { calls, until }: WaitOptions): number | undefined {
    const line = this.#lines.get(worker) ?? [];
    if (line.length === 0) this.#lines.set(worker, line);
    let place = line.length;
    while (place > 0 && calls.startOf(line[place - 1] as number) > calls.startOf(call)) place -= 1;
    line.splice(place, 0, call);
    const ticket = calls.enterLine(call);
    if (until < Number.POSITIVE_INFINITY) {
      this.#late.add(until, ticket);
      this.#tickets.set(ticket, { worker, call });
    }
    if (line.length <= this.#options.slots * this.#options.linePerSlot) return undefined;
    const last = line.pop() as number;
    calls.leaveLine(last);
    return last;
  }

  /** When the next in line has lost its patience. */
  nextLate(calls: CallPool): number {
    while (this.#late.next < Number.POSITIVE_INFINITY) {
      const ticket = this.#late.item;
      const { call } = this.#tickets.get(ticket) as InLine;
      if (calls.isInLine(call, ticket)) break;
      this.#tickets.delete(this.#late.take());
    }
    return this.#late.next;
  }

  /** Sends away whoever has lost its patience first. */
  dropLate(calls: CallPool): number {
    const ticket = this.#late.take();
    const { worker, call } = this.#tickets.get(ticket) as InLine;
    this.#tickets.delete(ticket);
    const line = this.#lines.get(worker) as number[];
    line.splice(line.indexOf(call), 1);
    if (line.length === 0) this.#lines.delete(worker);
    calls.leaveLine(call);
    return call;
  }

  /** A job is done: its slot goes to the first in line, which is returned, or is free. */
  release(worker: number, calls: CallPool): number | undefined {
    const line = this.#lines.get(worker);
    const next = line?.shift();
    if (next !== undefined) {
      if (line?.length === 0) this.#lines.delete(worker);
      calls.leaveLine(next);
      return next;
    }
    const used = this.#used[worker] as number;
    if (used === this.#options.slots) this.#addFree(worker);
    this.#used[worker] = used - 1;
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

  #addFree(worker: number): void {
    this.#placeInFree[worker] = this.#free.push(worker) - 1;
  }

  #removeFree(worker: number): void {
    const last = this.#free.pop() as number;
    if (last === worker) return;
    const place = this.#placeInFree[worker] as number;
    this.#free[place] = last;
    this.#placeInFree[last] = place;
  }
}
