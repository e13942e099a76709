import type { Bus } from '../bus/bus.ts';
import {
  ACK,
  type Chunk,
  ERROR_CODE_HEADER,
  ERROR_TEXT_HEADER,
  encodeChunk,
  TERMINATOR,
} from '../wire/chunk.ts';
import { type BatonError, ERROR_CODES } from '../wire/error.ts';
import { encodeErrorBody, headerText } from '../wire/error-body.ts';
import type { RunResult } from '../wire/result.ts';

/** JSON may write one character as six bytes; the rest is room for the chunk around it. */
const WORST_BYTES_PER_CHARACTER = 6;
const CHUNK_OVERHEAD = 256;

/** Writes one response stream in the order the protocol asks for. After `end` or `fail` nothing more is written. */
export class ReplyWriter {
  readonly #bus: Bus;
  readonly #reply: string;
  readonly #toBaton: boolean;
  #pieces = 0;
  #hasLost = false;
  #ended = false;

  /** `toBaton` for a caller that sent an envelope: it is told more than the protocol asks for. */
  constructor(bus: Bus, reply: string, { toBaton = false }: { readonly toBaton?: boolean } = {}) {
    this.#bus = bus;
    this.#reply = reply;
    this.#toBaton = toBaton;
  }

  get toBaton(): boolean {
    return this.#toBaton;
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
  ack(toBaton: Uint8Array = ACK): void {
    this.#write(this.#toBaton ? toBaton : ACK);
  }

  /** Says that the work goes on. The broker tells `noListener`, a subject, when nobody listens any more. */
  keepAlive(noListener: string): void {
    if (!this.#ended) this.#bus.publish(this.#reply, ACK, { reply: noListener });
  }

  /** Answer text, in as many chunks as the broker's limit asks for. */
  text(text: string): void {
    const limit = Math.floor((this.#bus.maxPayload - CHUNK_OVERHEAD) / WORST_BYTES_PER_CHARACTER);
    for (const data of cut(text, limit)) {
      this.#pieces += 1;
      this.chunk({ type: 'response', ...(this.#toBaton && { seq: this.#pieces }), data });
    }
  }

  /** Tells a Baton caller that the text so far is void. */
  superseded(): void {
    this.#pieces += 1;
    this.chunk({ type: 'baton', data: { kind: 'superseded', seq: this.#pieces } });
  }

  /** @throws {BatonError} INVALID_ARGUMENT when the chunk is larger than the broker takes. */
  chunk(chunk: Chunk): void {
    this.#write(encodeChunk(chunk));
  }

  /** A chunk whose bytes are made already. */
  encoded(chunk: Uint8Array): void {
    this.#write(chunk);
  }

  end(): void {
    this.#write(TERMINATOR);
    this.#ended = true;
  }

  /** The error message and the terminator. `result` tells a Baton caller what the failed run had done. */
  fail(error: BatonError, result?: RunResult): void {
    this.#write(encodeErrorBody(error, result), {
      [ERROR_CODE_HEADER]: String(ERROR_CODES[error.code].protocol),
      [ERROR_TEXT_HEADER]: headerText(error.message),
    });
    this.end();
  }

  #write(data: Uint8Array, headers?: Record<string, string>): void {
    if (this.#ended) return;
    this.#hasLost ||= this.#bus.isDown;
    this.#bus.publish(this.#reply, data, headers ? { headers } : {});
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
