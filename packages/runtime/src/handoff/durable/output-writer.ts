import type { ProgressEvent } from '../../agent/events.ts';
import { DURABLE_VERSION, OutputNote, type SaidPiece } from '../../wire/durable.ts';
import type { HandedOn, HandedRun } from '../../wire/envelope.ts';
import { encodeJson } from '../../wire/json.ts';
import type { RunResult } from '../../wire/result.ts';
import { outputSubject } from '../../wire/subject.ts';
import { cut } from '../reply-writer.ts';
import type { RunFacts } from './run-record.ts';
import type { DurableSpace } from './space.ts';

/** JSON may write one character as six bytes; the rest is room for the note around it. */
const WORST_BYTES_PER_CHARACTER = 6;
const NOTE_OVERHEAD = 512;

/** What a first attempt says is held back for so long, milliseconds: by then most runs that only look something up have ended. */
const HOLD_MS = 50;
/** The first attempt, before anything is said. Any other one counts from 2, though the first may have told nobody of itself. */
const NOTHING = { attempt: 1, seq: 0 };
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
  readonly #beganAt = Date.now();
  /** Undefined once what is said is published as it comes. */
  #held: OutputNote[] | undefined;
  #timer: NodeJS.Timeout | undefined;
  #attempt: number;
  #seq: number;
  #isLeft = false;

  private constructor(space: DurableSpace, subject: string, { attempt, seq }: HandedRun['said']) {
    this.#space = space;
    this.#subject = subject;
    this.#attempt = attempt;
    this.#seq = seq;
  }

  /**
   * Goes on where the run was handed on. Any attempt but the first tells readers that it begins: what earlier ones had said
   * is void.
   * @throws {BatonError} UNAVAILABLE.
   */
  static async begin(space: DurableSpace, { id, handed }: RunFacts, isFirst: boolean): Promise<OutputWriter> {
    const subject = outputSubject(space.owner, id);
    const { said = NOTHING, untold = 0, way = [] } = handed ?? {};
    let told = { ...said, seq: said.seq - untold };
    if (!isFirst) {
      await space.output.open();
      const entry = await space.output.last(subject);
      told = OutputNote.safeParse(entry?.value).data ?? told;
    }
    const writer = new OutputWriter(space, subject, told);
    if (isFirst && told.seq === 0) writer.#held = [];
    const untoldYet = way.slice(way.length - Math.max(0, said.seq - told.seq));
    for (const { id, from, to } of untoldYet) writer.#write({ handoff: { id, from, to, mode: 'transfer' } });
    if (isFirst) return writer;
    writer.#attempt += 1;
    writer.#write({});
    return writer;
  }

  /**
   * Where the target of a transfer goes on, which is the last of `way`: what was held back and tells of nothing but the way
   * is left for it to tell.
   */
  handOn(way: readonly HandedOn[]): Pick<HandedRun, 'said' | 'untold'> {
    const held = this.#held ?? [];
    const last = way.slice(way.length - held.length);
    this.#isLeft = held.every(({ handoff }, at) => handoff !== undefined && handoff.id === last[at]?.id);
    if (!this.#isLeft) void this.#release();
    const said = { attempt: this.#attempt, seq: this.#seq };
    return { said, untold: this.#isLeft ? held.length : 0 };
  }

  /**
   * To be called when the attempt is over. What it said, where none of it has been published and the answer begins with all
   * of it; otherwise publishes what was held back, unless that is for another agent to tell.
   */
  async end({ success, response, transferred }: RunResult): Promise<readonly SaidPiece[] | undefined> {
    clearTimeout(this.#timer);
    if (transferred && this.#isLeft) this.#held = undefined;
    const said = success && !transferred && this.#held ? piecesOf(this.#held, response ?? '') : undefined;
    if (!said && this.#held) await this.#release();
    return said;
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

/** What was said as pieces of the answer; undefined when the answer does not begin with all of it. */
function piecesOf(notes: readonly OutputNote[], answer: string): SaidPiece[] | undefined {
  const pieces: SaidPiece[] = [];
  let at = 0;
  for (const { text, handoff } of notes) {
    const piece = text?.length ?? handoff;
    if (piece === undefined || (text !== undefined && !answer.startsWith(text, at))) return undefined;
    pieces.push(piece);
    at += text?.length ?? 0;
  }
  return pieces;
}
