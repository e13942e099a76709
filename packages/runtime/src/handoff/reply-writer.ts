import type { Bus } from '../bus/bus.ts';
import { ACK, type Chunk, ERROR_CODE_HEADER, ERROR_TEXT_HEADER, TERMINATOR } from '../wire/chunk.ts';
import { type BatonError, ERROR_CODES } from '../wire/error.ts';
import { encodeErrorBody, headerText } from '../wire/error-body.ts';
import { encodeText } from '../wire/json.ts';
import type { RunResult } from '../wire/result.ts';
import { ChunkBatch } from './chunk-batch.ts';

/** JSON may write one character as six bytes; the rest is room for the chunk around it. */
const WORST_BYTES_PER_CHARACTER = 6;
const CHUNK_OVERHEAD = 256;

/** Characters beyond which what is due is sent before the turn is over. */
const BATCH_CHARACTERS = 8192;

/** Who reads a response stream. */
export interface Reader {
  /** It sent an envelope: it is told more than the protocol asks for. */
  readonly toBaton?: boolean;
  /** It reads several chunks from one message. */
  readonly batch?: boolean | undefined;
}

/** Writes one response stream in the order the protocol asks for. After `end` or `fail` nothing more is written. */
export class ReplyWriter {
  readonly #bus: Bus;
  readonly #reply: string;
  readonly #toBaton: boolean;
  readonly #batch: ChunkBatch | undefined;
  readonly #limit: number;
  #pieces = 0;
  #hasLost = false;
  #ended = false;

  constructor(bus: Bus, reply: string, { toBaton = false, batch = false }: Reader = {}) {
    this.#bus = bus;
    this.#reply = reply;
    this.#toBaton = toBaton;
    this.#limit = Math.floor((bus.maxPayload - CHUNK_OVERHEAD) / WORST_BYTES_PER_CHARACTER);
    if (batch) this.#batch = this.#openBatch();
  }

  get toBaton(): boolean {
    return this.#toBaton;
  }

  /** Whoever reads it is told only what it cannot know itself. */
  get isBrief(): boolean {
    return this.#batch !== undefined;
  }

  /** Something was said while the broker was away, and has reached nobody. */
  get hasLostSome(): boolean {
    return this.#hasLost;
  }

  /** How many pieces of text there have been, and words that they are void. */
  get pieces(): number {
    return this.#pieces;
  }

  /** The first message of a stream; callers that sent an envelope are told who took it. */
  ack(toBaton: string): void {
    if (this.#ended) return;
    if (this.#batch) this.#batch.greet(toBaton);
    else this.#publish(this.#toBaton ? encodeText(toBaton) : ACK);
  }

  /** Says that the work goes on. The broker tells `noListener`, a subject, when nobody listens any more. */
  keepAlive(noListener: string): void {
    if (!this.#ended) this.#bus.publish(this.#reply, ACK, { reply: noListener });
  }

  /** Answer text, in as many chunks as the broker's limit asks for. */
  text(text: string): void {
    for (const data of cut(text, this.#limit)) {
      this.#pieces += 1;
      if (this.#ended) return;
      if (this.#batch) this.#batch.text(this.#pieces, data);
      else this.chunk({ type: 'response', ...(this.#toBaton && { seq: this.#pieces }), data });
    }
  }

  /** Tells a Baton caller that the text so far is void. */
  superseded(): void {
    this.#pieces += 1;
    this.chunk({ type: 'baton', data: { kind: 'superseded', seq: this.#pieces } });
  }

  /** @throws {BatonError} INVALID_ARGUMENT when the chunk is larger than the broker takes. */
  chunk(chunk: Chunk): void {
    this.json(JSON.stringify(chunk));
  }

  end(): void {
    if (this.#ended) return;
    if (this.#batch) this.#batch.end();
    else this.#publish(TERMINATOR);
    this.#ended = true;
  }

  /** The error message and the terminator. `result` tells a Baton caller what the failed run had done. */
  fail(error: BatonError, result?: RunResult): void {
    if (this.#ended) return;
    this.#batch?.flush();
    this.#publish(encodeErrorBody(error, result), {
      [ERROR_CODE_HEADER]: String(ERROR_CODES[error.code].protocol),
      [ERROR_TEXT_HEADER]: headerText(error.message),
    });
    this.#publish(TERMINATOR);
    this.#ended = true;
  }

  /** A chunk that is JSON already. */
  json(chunk: string): void {
    if (this.#ended) return;
    if (this.#batch && chunk.length <= this.#limit) {
      this.#batch.add(chunk);
    } else {
      this.#batch?.flush();
      this.#publish(encodeText(chunk));
    }
  }

  #openBatch(): ChunkBatch {
    return new ChunkBatch({
      limit: Math.min(BATCH_CHARACTERS, this.#limit),
      send: (message) => {
        try {
          this.#publish(message);
        } catch {
          // The connection is closed: nobody can be told any more.
        }
      },
    });
  }

  #publish(data: Uint8Array, headers?: Record<string, string>): void {
    this.#hasLost ||= this.#bus.isDown;
    this.#bus.publishSoon(this.#reply, data, headers ? { headers } : {});
  }
}

/** Cuts text into pieces of at most `limit` UTF-16 units, never inside a character. */
export function* cut(text: string, limit: number): Generator<string> {
  let start = 0;
  while (text.length - start > limit) {
    const last = text.charCodeAt(start + limit - 1);
    const end = start + limit - (last >= 0xd800 && last <= 0xdbff ? 1 : 0);
    yield text.slice(start, end);
    start = end;
  }
  yield text.slice(start);
}
