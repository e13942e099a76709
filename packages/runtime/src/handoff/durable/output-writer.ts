import type { ProgressEvent } from '../../agent/events.ts';
import { DURABLE_VERSION, OutputNote } from '../../wire/durable.ts';
import { encodeJson } from '../../wire/json.ts';
import type { RunResult } from '../../wire/result.ts';
import { outputSubject } from '../../wire/subject.ts';
import { cut } from '../reply-writer.ts';
import type { DurableSpace } from './space.ts';

/** JSON may write one character as six bytes; the rest is room for the note around it. */
const WORST_BYTES_PER_CHARACTER = 6;
const NOTE_OVERHEAD = 512;

/** What a first attempt says is held back for so long, milliseconds: by then most runs that only look something up have ended. */
const HOLD_MS = 50;
/** More pieces than this are not held back. */
const HOLD_AT_MOST = 64;

/**
 * Publishes what one attempt says, piece by piece, without waiting for the broker: the result is what counts, and a
 * piece that was lost is seen by its missing number. What an answer says that comes at once is not published at all: the
 * record of the run has it.
 */
export class OutputWriter {
  readonly #space: DurableSpace;
  readonly #subject: string;
  readonly #attempt: number;
  readonly #beganAt = Date.now();
  /** Undefined once what is said is published as it comes. */
  #held: OutputNote[] | undefined;
  #timer: NodeJS.Timeout | undefined;
  #seq: number;

  private constructor(space: DurableSpace, subject: string, last?: Pick<OutputNote, 'seq' | 'attempt'>) {
    this.#space = space;
    this.#subject = subject;
    this.#attempt = (last?.attempt ?? 0) + 1;
    this.#seq = last?.seq ?? 0;
  }

  /** Tells readers that another attempt begins: what earlier ones had said is void. @throws {BatonError} UNAVAILABLE. */
  static async begin(
    space: DurableSpace,
    id: string,
    { isFirst }: { readonly isFirst: boolean },
  ): Promise<OutputWriter> {
    const subject = outputSubject(space.owner, id);
    if (isFirst) {
      const writer = new OutputWriter(space, subject);
      writer.#held = [];
      return writer;
    }
    await space.output.open();
    const entry = await space.output.last(subject);
    const writer = new OutputWriter(space, subject, OutputNote.safeParse(entry?.value).data);
    writer.#write({});
    return writer;
  }

  /**
   * To be called when the attempt is over. How long each piece was, where none has been published and the answer begins with
   * all of them; otherwise publishes what was held back.
   */
  async end({ success, response }: RunResult): Promise<readonly number[] | undefined> {
    const held = this.#held ?? [undefined];
    const pieces = held.map((note) => note?.text);
    clearTimeout(this.#timer);
    const isInAnswer = success && (response ?? '').startsWith(pieces.join(''));
    const lengths = pieces.flatMap((text) => (text === undefined ? [] : [text.length]));
    if (isInAnswer && lengths.length === held.length) return lengths;
    await this.#release();
    return undefined;
  }

  onEvent(event: ProgressEvent): void {
    if (event.type === 'handoff') this.#write({ handoff: event.handoff });
    else if (event.type === 'superseded') this.#write({ superseded: true });
    if (event.type !== 'text') return;
    const limit = Math.floor((this.#space.bus.maxPayload - NOTE_OVERHEAD) / WORST_BYTES_PER_CHARACTER);
    for (const text of cut(event.text, limit)) this.#write({ text });
  }

  #write(said: Pick<OutputNote, 'text' | 'handoff' | 'superseded'>): void {
    this.#seq += 1;
    const note: OutputNote = { v: DURABLE_VERSION, seq: this.#seq, attempt: this.#attempt, ...said };
    if (this.#held) this.#hold(this.#held, note);
    else this.#publish(note);
  }

  #hold(held: OutputNote[], note: OutputNote): void {
    held.push(note);
    const leftMs = held.length < HOLD_AT_MOST ? this.#beganAt + HOLD_MS - Date.now() : 0;
    if (leftMs <= 0) void this.#release();
    else this.#timer ??= setTimeout(() => void this.#release(), leftMs);
  }

  async #release(): Promise<void> {
    clearTimeout(this.#timer);
    // Without the stream, those who listen hear it nevertheless.
    await this.#space.output.open().catch(() => {});
    for (const note of this.#held?.splice(0) ?? []) this.#publish(note);
    this.#held = undefined;
  }

  #publish(note: OutputNote): void {
    // It would only pile up in this process.
    if (this.#space.bus.isAway) return;
    try {
      this.#space.bus.publish(this.#subject, encodeJson(note));
    } catch {
      // The connection is closed: nobody can be told any more.
    }
  }
}
