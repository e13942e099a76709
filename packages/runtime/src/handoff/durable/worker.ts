import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Subscription } from '../../bus/bus.ts';
import type { WorkConsumer, WorkItem } from '../../bus/work-consumer.ts';
import { BatonError } from '../../wire/error.ts';
import { priorityValue } from '../../wire/metadata.ts';
import { decodePrompt } from '../../wire/prompt.ts';
import { taskSubject } from '../../wire/subject.ts';
import type { Slots } from '../slots.ts';
import { deaths, readAttempts } from './attempts.ts';
import { runTask } from './run-task.ts';
import type { Spaces } from './spaces.ts';
import type { TaskOptions } from './task-options.ts';

export interface WorkerOptions extends Omit<TaskOptions, 'space' | 'settings'> {
  readonly spaces: Spaces;
  /** Shared with what the instance answers interactively. */
  readonly slots: Slots;
  /** Told of each piece of work; the instance waits for them when it stops. */
  track(work: Promise<void>): void;
}

/** How long work in hand waits for a place here before it goes to another instance, milliseconds. */
const PATIENCE_MS = 2000;
/** Pause before one gets in line again, when that was full, milliseconds. */
const FULL_LINE_MS = 100;
/** That of a handoff which names none. */
const PRIORITY = priorityValue(undefined);
/** Deliveries from which it is asked whether the work has killed processes. */
const SUSPICIOUS_DELIVERIES = 3;
/** Work that so many processes died with is kept apart from the rest ... */
const SUSPICIOUS_DEATHS = 2;
/** ... by so long on either side, milliseconds: what kills a process mostly does so soon. */
const APART_MS = 30_000;
/** How often a broker is asked again that could keep nothing, milliseconds. */
const OPEN_EVERY_MS = 30_000;

/**
 * Takes an agent's durable work, as much as there are free places, and does it. Nothing is asked of the broker before
 * there is such work: a mesh that uses none has none of its streams.
 */
export class DurableWorker {
  readonly #options: WorkerOptions;
  readonly #stopping = new AbortController();
  readonly #inHand = new Map<string, WorkItem[]>();
  readonly #running = new Set<Promise<void>>();
  readonly #subscriptions: Subscription[] = [];
  #consumer: WorkConsumer | undefined;
  #opening: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #stopListening = () => {};

  constructor(options: WorkerOptions) {
    this.#options = options;
    // Every piece of work in hand watches them; each removes what it adds.
    setMaxListeners(0, options.signal, this.#stopping.signal);
    const { spaces, address } = options;
    const { bus } = spaces;
    // The first work passes by on its way into the queue.
    this.#subscriptions.push(
      bus.subscribe(taskSubject(address), () => this.#open()),
      bus.onReconnect(() => (this.#consumer ? this.#consumer.askAnew() : this.#lookForWork())),
    );
    this.#lookForWork();
  }

  /** Takes no more. What is in hand goes on, and the broker is told so, until `close`. */
  stop(): void {
    this.#stopping.abort();
    clearInterval(this.#retry);
    this.#stopListening();
    for (const subscription of this.#subscriptions.splice(0)) subscription.close();
    this.#consumer?.stop();
  }

  close(): void {
    this.stop();
    this.#consumer?.close();
  }

  #lookForWork(): void {
    const { spaces, address } = this.#options;
    if (!spaces.bus.hasJetStream || this.#stopping.signal.aborted) return;
    void (async () => {
      if (await spaces.of(address.owner).tasks.exists()) this.#open();
    })().catch(() => {
      // A broker that can keep nothing, or that has trouble just now.
      this.#retry ??= setInterval(() => this.#lookForWork(), OPEN_EVERY_MS).unref();
    });
  }

  #open(): void {
    if (this.#consumer || this.#stopping.signal.aborted) return;
    this.#opening ??= this.#begin()
      .catch((thrown: unknown) => {
        const { message } = BatonError.from(thrown);
        this.#options.log.warn({ reason: message }, 'durable work cannot be taken just now');
        this.#retry ??= setInterval(() => this.#open(), OPEN_EVERY_MS).unref();
      })
      .finally(() => {
        this.#opening = undefined;
      });
  }

  async #begin(): Promise<void> {
    const { spaces, address } = this.#options;
    const space = spaces.of(address.owner);
    const { ackWaitMs } = spaces.settings;
    const consumer = await space.tasks.consume({
      name: address.agent,
      filter: taskSubject(address),
      ackWaitMs,
      room: () => this.#options.slots.free,
    });
    if (this.#stopping.signal.aborted) {
      consumer.close();
      return;
    }
    this.#consumer = consumer;
    clearInterval(this.#retry);
    this.#subscriptions[0]?.close();
    this.#stopListening = this.#options.slots.onFree(() => consumer.look());
    void this.#loop(consumer, { ...this.#options, space, settings: spaces.settings });
  }

  async #loop(consumer: WorkConsumer, options: TaskOptions): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const item = await consumer.next(signal);
      if (item) await this.#admit(options, item, consumer);
    }
  }

  async #admit(options: TaskOptions, item: WorkItem, consumer: WorkConsumer): Promise<void> {
    const inHand = this.#inHand.get(item.subject);
    // The broker lost sight of it while it was away: it is being done here, and the new delivery ends with it.
    if (inHand) return void inHand.push(item);
    if (!(await this.#place(item))) {
      item.giveBack(0);
      return consumer.giveBack();
    }
    const isSuspect = item.deliveries >= SUSPICIOUS_DELIVERIES && (await this.#isSuspect(options, item));
    if (isSuspect) {
      consumer.giveBack({ closed: true });
      await Promise.race([Promise.all(this.#running), sleep(APART_MS)]);
    }
    const work = this.#do(options, item);
    this.#running.add(work);
    this.#options.track(work.finally(() => this.#running.delete(work)));
    if (!isSuspect) return;
    await Promise.race([work, sleep(APART_MS)]);
    consumer.giveBack();
  }

  async #do(options: TaskOptions, item: WorkItem): Promise<void> {
    const inHand = [item];
    this.#inHand.set(item.subject, inHand);
    const verdict = await runTask(options, item);
    this.#inHand.delete(item.subject);
    this.#options.slots.release();
    if (verdict.kind === 'again') {
      for (const each of inHand) each.giveBack(verdict.delayMs);
      return;
    }
    options.space.checkpoint('before ack');
    for (const each of inHand) each.done();
    // A Map may name what was in it for a while: not with all of its work.
    inHand.length = 0;
    options.space.checkpoint('after ack');
  }

  /** Work with which process after process died must not take its neighbours along. */
  async #isSuspect({ space }: TaskOptions, { data }: WorkItem): Promise<boolean> {
    const id = hopOf(data);
    if (id === undefined) return false;
    const attempts = await readAttempts(space, id).catch(() => []);
    return deaths(attempts) >= SUSPICIOUS_DEATHS;
  }

  /** Takes a place; false when there was none in time. */
  async #place({ arrivedAt }: WorkItem): Promise<boolean> {
    const { slots } = this.#options;
    const started = Date.now();
    // In line with what is asked interactively, so that neither keeps the other waiting for ever.
    while (!this.#stopping.signal.aborted) {
      if (slots.tryTake()) return true;
      const refusal = await slots.take(PRIORITY, Date.now() - started);
      if (!refusal) return true;
      if (Date.now() - arrivedAt >= PATIENCE_MS) return false;
      if (refusal === 'full') await sleep(FULL_LINE_MS);
    }
    return false;
  }
}

/** Under which id the attempts at a piece of work are noted; undefined for what is no request. */
function hopOf(data: Uint8Array): string | undefined {
  try {
    return decodePrompt(data).envelope?.id;
  } catch {
    return undefined;
  }
}
