import { Roster } from '../agent/roster.ts';
import type { Bus } from '../bus/bus.ts';
import type { ReplySubject } from '../bus/inbox.ts';
import { NO_RESPONDERS } from '../bus/reply-stream.ts';
import type { ReplyWriter } from './reply-writer.ts';
import { Ticker } from './ticker.ts';

/** How long callers that sent an envelope hear nothing at the most, seconds: they count on it. */
export const BEAT_S = 2;
/** The same for callers of the bare protocol, who need less (protocol section 6: at most 60 s, 30 s usual). */
const PLAIN_BEAT_S = 10;
const CHECK_MS = 1000;
interface Kept {
  readonly writer: ReplyWriter;
  readonly onGone: () => void;
  readonly stop: () => void;
  dueAt: number;
  /** Opened with the first beat: most answers never need one. */
  noListener: ReplySubject | undefined;
  beats: number;
  /** The last beat nobody listened to. */
  missed: number;
}

/**
 * Keeps the callers of all running answers from giving up, and notices those that have vanished without a word: the
 * broker says when nobody listens on a reply subject. One timer for all.
 */
export class KeepAlive {
  readonly #bus: Bus;
  readonly #kept = new Roster<Kept>();
  readonly #ticker = new Ticker(CHECK_MS, () => this.#check());

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Begins; returns how to end it, to be called before the terminator is written. */
  add(writer: ReplyWriter, onGone: () => void): () => void {
    const stop = () => {
      kept.noListener?.close();
      entry[Symbol.dispose]();
      if (this.#kept.size === 0) this.#ticker.rest();
    };
    const kept: Kept = {
      writer,
      onGone,
      stop,
      dueAt: nextBeat(writer),
      noListener: undefined,
      beats: 0,
      missed: -1,
    };
    const entry = this.#kept.add(kept);
    this.#ticker.want();
    return stop;
  }

  #check(): void {
    const now = Date.now();
    for (const kept of this.#kept.values()) {
      if (kept.dueAt > now) continue;
      kept.dueAt = nextBeat(kept.writer);
      this.#beat(kept);
    }
  }

  #beat(kept: Kept): void {
    try {
      kept.noListener ??= this.#bus.openReply(({ headers }) => {
        // After an outage the caller may be on its way back.
        if (headers?.code !== NO_RESPONDERS || this.#bus.isReturning) return;
        // A caller that reconnects is away for a moment; one that is away twice in a row has gone.
        if (kept.missed === kept.beats - 1) kept.onGone();
        kept.missed = kept.beats;
      });
      kept.beats += 1;
      kept.writer.keepAlive(kept.noListener.subject);
    } catch {
      // The connection is closed: nobody is left to keep waiting.
      kept.stop();
    }
  }
}

function nextBeat({ toBaton }: ReplyWriter): number {
  return Date.now() + (toBaton ? BEAT_S : PLAIN_BEAT_S) * 1000 - CHECK_MS / 2;
}
