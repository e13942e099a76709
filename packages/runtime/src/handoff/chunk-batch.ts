import { atEndOfTurn } from '../bus/end-of-turn.ts';
import type { Chunk } from '../wire/chunk.ts';
import { encodeText } from '../wire/json.ts';

/** The last of several chunks. */
const END = JSON.stringify({ type: 'end' } satisfies Chunk);

/** What comes with each text of several: quotes and a comma. */
const TEXT_OVERHEAD = 3;

export interface ChunkBatchOptions {
  /** Characters, of text or of JSON, of one message at the most. */
  readonly limit: number;
  /** Must not throw. */
  send(message: Uint8Array): void;
}

/**
 * The chunks of one turn of the event loop, sent in one message: an array of them. A message costs both ends, and the
 * broker, many times what a chunk does.
 */
export class ChunkBatch {
  readonly #options: ChunkBatchOptions;
  #chunks = '';
  #texts: string[] = [];
  #firstSeq = 0;
  #length = 0;
  #isDue = false;
  #greeting: string | undefined;

  constructor(options: ChunkBatchOptions) {
    this.#options = options;
  }

  /** A piece of text, by its place in the stream; one after the other they make one chunk. */
  text(seq: number, text: string): void {
    this.#makeRoom(text.length + TEXT_OVERHEAD);
    if (this.#texts.length === 0) this.#firstSeq = seq;
    this.#texts.push(text);
  }

  /** A chunk as JSON. */
  add(chunk: string): void {
    this.#makeRoom(chunk.length);
    this.#closeTexts();
    this.#append(chunk);
  }

  /** A chunk that comes before all others, and is left out where all is said in one message. */
  greet(chunk: string): void {
    this.#greeting = chunk;
    this.#makeRoom(chunk.length);
  }

  /** Sends what there is now. */
  flush(): void {
    this.#closeTexts();
    if (this.#greeting !== undefined) {
      this.#chunks = this.#chunks === '' ? this.#greeting : `${this.#greeting},${this.#chunks}`;
    }
    this.#send();
  }

  /** Sends what there is now, and that it was the last. */
  end(): void {
    this.#closeTexts();
    if (this.#greeting !== undefined && this.#chunks === '') this.#append(this.#greeting);
    this.#append(END);
    this.#send();
  }

  #send(): void {
    this.#greeting = undefined;
    if (this.#chunks === '') return;
    const message = encodeText(`[${this.#chunks}]`);
    this.#chunks = '';
    this.#length = 0;
    this.#options.send(message);
  }

  #makeRoom(length: number): void {
    if (this.#length + length > this.#options.limit) this.flush();
    this.#length += length;
    if (this.#isDue) return;
    this.#isDue = true;
    atEndOfTurn(() => {
      this.#isDue = false;
      this.flush();
    });
  }

  #closeTexts(): void {
    if (this.#texts.length === 0) return;
    const chunk: Chunk = { type: 'baton', data: { kind: 'texts', seq: this.#firstSeq, texts: this.#texts } };
    this.#texts = [];
    this.#append(JSON.stringify(chunk));
  }

  #append(chunk: string): void {
    this.#chunks += this.#chunks === '' ? chunk : `,${chunk}`;
  }
}
