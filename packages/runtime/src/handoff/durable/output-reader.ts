import { setTimeout as sleep } from 'node:timers/promises';
import type { ProgressEvent } from '../../agent/events.ts';
import type { Subscription } from '../../bus/bus.ts';
import { DURABLE_VERSION, OutputNote, type RunRecord, type SaidPiece } from '../../wire/durable.ts';
import { decodeJson } from '../../wire/json.ts';
import type { RunResult } from '../../wire/result.ts';
import { outputSubject } from '../../wire/subject.ts';
import type { DurableSpace } from './space.ts';

export interface ReaderOptions {
  /** Tell only what comes after this piece. Default 0: all there is. */
  readonly from?: number;
  tell(event: ProgressEvent): void;
}

/** A piece that came ahead of an earlier one is looked for so often ... */
const LOOKS = 4;
/** ... this long apart, milliseconds; then it counts as lost. */
const LOOK_MS = 50;

/**
 * Hears what a durable run says, and reads of it what is kept. Each piece is told once and in order; what is
 * missing is told as missing, and a new attempt as what makes the earlier text void.
 */
export class OutputReader {
  readonly #space: DurableSpace;
  readonly #subject: string;
  readonly #from: number;
  readonly #tell: ReaderOptions['tell'];
  readonly #subscriptions: Subscription[] = [];
  #ahead: OutputNote[] = [];
  #reading: Promise<void> | undefined;
  #cursor = 1;
  #seq = 0;
  #attempt = 0;
  #text = '';

  constructor(space: DurableSpace, id: string, { from = 0, tell }: ReaderOptions) {
    this.#space = space;
    this.#subject = outputSubject(space.owner, id);
    this.#from = from;
    this.#tell = tell;
  }

  /** Hears what is said from now on. */
  listen(): void {
    const { bus } = this.#space;
    this.#subscriptions.push(
      bus.subscribe(this.#subject, ({ data }) => this.#onLive(decodeJson(data))),
      bus.onReconnect(() => this.catchUp()),
    );
  }

  /** Reads what was said before it was listened for. Never rejects: what cannot be read now is read with the next piece, or at the end. */
  catchUp(): void {
    this.#reading ??= this.#read()
      .catch(() => {})
      .finally(() => {
        this.#reading = undefined;
      });
  }

  /** All that the attempt that counts has said so far, told or not. */
  get text(): string {
    return this.#text;
  }

  /** The number of the last piece. */
  get seq(): number {
    return this.#seq;
  }

  /** Once the run has ended: tells what is left, which is read unless all of it is known; listens no more. */
  async finish({ said }: RunRecord, result: RunResult): Promise<void> {
    if (said) {
      this.#takeSaid(said, result.response ?? '');
    } else if (!this.#hasAll(result)) {
      await this.#reading;
      await this.#read().catch(() => {});
    }
    this.close();
  }

  close(): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.close();
  }

  #hasAll({ success, response, handoffs }: RunResult): boolean {
    const isQuiet = !this.#reading && this.#ahead.length === 0;
    return success && isQuiet && handoffs.length === 0 && this.#text === response;
  }

  /** The run has published nothing of what it said, or little. */
  #takeSaid(said: readonly SaidPiece[], response: string): void {
    // It comes from a first attempt that another one, which has published, did not know of.
    if (this.#attempt > 1) {
      this.#supersede(this.#seq);
      return;
    }
    let end = 0;
    for (const [index, piece] of said.entries()) {
      const note = { v: DURABLE_VERSION, attempt: 1, seq: index + 1 } as const;
      if (typeof piece === 'object') {
        this.#take({ ...note, handoff: piece });
        continue;
      }
      this.#take({ ...note, text: response.slice(end, end + piece) });
      end += piece;
    }
  }

  #onLive(value: unknown): void {
    const note = OutputNote.safeParse(value).data;
    if (!note) return;
    if (!this.#reading && this.#isNext(note)) {
      this.#take(note);
    } else {
      this.#ahead.push(note);
      this.catchUp();
    }
  }

  #isNext({ attempt, seq }: OutputNote): boolean {
    const isAttemptNext = attempt === this.#attempt || attempt === this.#attempt + 1 || this.#attempt === 0;
    return seq === this.#seq + 1 && isAttemptNext;
  }

  async #read(): Promise<void> {
    for (let looks = 0; looks < LOOKS; looks += 1) {
      for await (const { sequence, value } of this.#space.output.entries(this.#subject, this.#cursor)) {
        this.#cursor = sequence + 1;
        const note = OutputNote.safeParse(value).data;
        if (note) this.#take(note);
      }
      this.#takeAhead(false);
      if (this.#ahead.length === 0) return;
      await sleep(LOOK_MS);
    }
    this.#takeAhead(true);
  }

  /** What came while something was read; with `all`, over whatever is missing before it. */
  #takeAhead(all: boolean): void {
    this.#ahead.sort((a, b) => a.attempt - b.attempt || a.seq - b.seq);
    this.#ahead = this.#ahead.filter((note) => {
      if (!all && !this.#isNext(note) && !this.#isKnown(note)) return true;
      this.#take(note);
      return false;
    });
  }

  #isKnown({ attempt, seq }: OutputNote): boolean {
    return attempt < this.#attempt || (attempt === this.#attempt && seq <= this.#seq);
  }

  #take(note: OutputNote): void {
    if (this.#isKnown(note)) return;
    const { attempt, seq, text, handoff, superseded = false } = note;
    const missing = seq - 1 - Math.max(this.#seq, this.#from);
    if (missing > 0) this.#tell({ type: 'gap', missing });
    if ((attempt > this.#attempt && this.#attempt > 0) || superseded) this.#supersede(seq);
    this.#attempt = attempt;
    this.#seq = seq;
    if (text !== undefined) {
      this.#text += text;
      if (seq > this.#from) this.#tell({ type: 'text', text, seq });
    }
    if (handoff && seq > this.#from) this.#tell({ type: 'handoff', handoff });
  }

  #supersede(seq: number): void {
    this.#text = '';
    if (seq > this.#from) this.#tell({ type: 'superseded' });
  }
}
