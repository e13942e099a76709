import type { ProgressEvent } from '../../agent/events.ts';
import { DURABLE_VERSION, OutputNote } from '../../wire/durable.ts';
import { encodeJson } from '../../wire/json.ts';
import { outputSubject } from '../../wire/subject.ts';
import { cut } from '../reply-writer.ts';
import type { DurableSpace } from './space.ts';

/** JSON may write one character as six bytes; the rest is room for the note around it. */
const WORST_BYTES_PER_CHARACTER = 6;
const NOTE_OVERHEAD = 512;

/**
 * Publishes what one attempt says, piece by piece, without waiting for the broker: the result is what counts, and a
 * piece that was lost is seen by its missing number.
 */
export class OutputWriter {
  readonly #space: DurableSpace;
  readonly #subject: string;
  readonly #attempt: number;
  #seq: number;

  private constructor(space: DurableSpace, subject: string, last: Pick<OutputNote, 'seq' | 'attempt'>) {
    this.#space = space;
    this.#subject = subject;
    this.#attempt = last.attempt + 1;
    this.#seq = last.seq;
  }

  /** Tells readers that another attempt begins: what earlier ones had said is void. @throws {BatonError} UNAVAILABLE. */
  static async begin(
    space: DurableSpace,
    id: string,
    { isFirst }: { readonly isFirst: boolean },
  ): Promise<OutputWriter> {
    const subject = outputSubject(space.owner, id);
    if (isFirst) {
      await space.output.open();
      return new OutputWriter(space, subject, { seq: 0, attempt: 0 });
    }
    const entry = await space.output.last(subject);
    const last = OutputNote.safeParse(entry?.value);
    const writer = new OutputWriter(space, subject, last.success ? last.data : { seq: 0, attempt: 0 });
    writer.#write({});
    return writer;
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
    // It would only pile up in this process.
    if (this.#space.bus.isAway) return;
    const note: OutputNote = { v: DURABLE_VERSION, seq: this.#seq, attempt: this.#attempt, ...said };
    try {
      this.#space.bus.publish(this.#subject, encodeJson(note));
    } catch {
      // The connection is closed: nobody can be told any more.
    }
  }
}
