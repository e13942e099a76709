import type { Subscription } from '../../bus/bus.ts';
import { type StopSignal, throwIfAborted } from '../../wire/abort.ts';
import { RunRecord } from '../../wire/durable.ts';
import { BatonError } from '../../wire/error.ts';
import { decodeJson } from '../../wire/json.ts';
import { endedSubject, resultSubject } from '../../wire/subject.ts';
import { findRecord } from './run-record.ts';
import type { DurableSpace } from './space.ts';

export interface AwaitOptions {
  readonly signal: StopSignal;
  /** The run is new: it cannot have ended before it was listened for, or hardly. */
  readonly isNew?: boolean;
  /** Called about once a second while there is no record. What it throws ends the wait. */
  onTick?(): unknown;
}

/** How long a record may go unseen of which nothing was heard, milliseconds. */
const LOOK_EVERY_MS = 5000;
const TICK_MS = 1000;
/** When it is looked for the record of a run that seems new: its id may be an old one after all. */
const FIRST_LOOK_MS = 250;
/** Looks after a record was seen on its way to the broker. */
const AFTER_HINT_MS = [50, 100, 300, 1000];

/** Listens for the terminal record of a run, from now on. */
export class RunEnding implements Disposable {
  readonly #space: DurableSpace;
  readonly #id: string;
  readonly #subscriptions: Subscription[];
  /** The record was told of as it was written, not found. */
  isHeard = false;
  #isHearing = false;
  #record: RunRecord | undefined;
  #looks: number[] = [];
  #lookAt = Number.POSITIVE_INFINITY;
  #wake = () => {};

  constructor(space: DurableSpace, id: string) {
    const { bus, owner } = space;
    this.#space = space;
    this.#id = id;
    const hear = ({ data }: { readonly data: Uint8Array }) => {
      this.#record ??= RunRecord.safeParse(decodeJson(data)).data;
      this.isHeard = this.#record !== undefined;
      this.#wake();
    };
    this.#subscriptions = [bus.subscribe(endedSubject(owner, id), hear)];
  }

  /** Waits for the record. What the broker keeps is what counts. @throws {BatonError} the reason of the signal. */
  async wait({ signal, isNew = false, onTick }: AwaitOptions): Promise<RunRecord> {
    this.#lookAt = Math.min(this.#lookAt, Date.now() + (isNew ? FIRST_LOOK_MS : 0));
    for (;;) {
      throwIfAborted(signal);
      if (this.#record) return this.#record;
      if (Date.now() >= this.#lookAt) {
        this.#hear();
        const record = await findRecord(this.#space, this.#id).catch(notNow);
        if (record) return record;
        this.#lookAt = Date.now() + (this.#looks.shift() ?? LOOK_EVERY_MS);
      }
      await onTick?.();
      await this.#pause(Math.min(TICK_MS, Math.max(0, this.#lookAt - Date.now())), signal);
    }
  }

  [Symbol.dispose](): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.close();
    // The client may name what has listened for a while: not with all that it heard.
    this.#record = undefined;
    this.#wake = () => {};
  }

  /**
   * A stream that an operator made may not tell what it keeps: what is on its way there is heard as well. What was told while
   * the broker was away is found by the next look.
   */
  #hear(): void {
    if (this.#isHearing) return;
    this.#isHearing = true;
    const { bus, owner } = this.#space;
    this.#subscriptions.push(
      bus.subscribe(resultSubject(owner, this.#id), () => this.#hint()),
      bus.onReconnect(() => this.#hint()),
    );
  }

  #hint(): void {
    const [first = 0, ...others] = AFTER_HINT_MS;
    this.#looks = others;
    this.#lookAt = Math.min(this.#lookAt, Date.now() + first);
    this.#wake();
  }

  #pause(ms: number, signal: StopSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', go);
        resolve();
      };
      const timer = setTimeout(go, ms);
      signal.addEventListener('abort', go, { once: true });
      this.#wake = go;
      if (this.#record) go();
    });
  }
}

/** "Not to be read just now" is not "not there": one asks again. */
function notNow(error: unknown): undefined {
  if (!(error instanceof BatonError && error.code === 'UNAVAILABLE')) throw error;
}
