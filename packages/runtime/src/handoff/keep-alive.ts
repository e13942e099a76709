import type { ReplyWriter } from './reply-writer.ts';

/** A stream that was silent this long is acked again, milliseconds (protocol section 6: at most 60 s, 30 s usual). */
const KEEP_ALIVE_MS = 25_000;
const CHECK_MS = 5000;

/** Keeps the callers of all running answers from giving up, with one timer. */
export class KeepAlive {
  readonly #writers = new Set<ReplyWriter>();
  #timer: NodeJS.Timeout | undefined;

  add(writer: ReplyWriter): void {
    this.#writers.add(writer);
    this.#timer ??= setInterval(() => this.#check(), CHECK_MS);
  }

  /** To be called before the terminator is written. */
  remove(writer: ReplyWriter): void {
    this.#writers.delete(writer);
    if (this.#writers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #check(): void {
    const due = Date.now() - KEEP_ALIVE_MS;
    for (const writer of this.#writers) if (writer.lastWrite <= due) this.#ack(writer);
  }

  #ack(writer: ReplyWriter): void {
    try {
      writer.ack();
    } catch {
      // The connection is closed: nobody is left to keep waiting.
      this.remove(writer);
    }
  }
}
