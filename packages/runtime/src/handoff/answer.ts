import type { Emit } from '../agent/events.ts';
import type { HandoffOrder } from '../agent/port.ts';
import type { Bus } from '../bus/bus.ts';
import type { BusMessage } from '../bus/inbox.ts';
import type { StopSignal } from '../wire/abort.ts';
import {
  type BatonNote,
  type Chunk,
  chunkText,
  decodeChunks,
  ERROR_CODE_HEADER,
  ERROR_TEXT_HEADER,
  type HandoffStarted,
  type StreamedResult,
} from '../wire/chunk.ts';
import { BatonError } from '../wire/error.ts';
import { decodeError } from '../wire/error-body.ts';
import type { Money } from '../wire/money.ts';
import { type Address, parseAddress } from '../wire/name.ts';
import type { ObjectRef } from '../wire/object-ref.ts';
import { encodeAnswer } from '../wire/prompt.ts';
import { extrasOf, type HandoffRecord, type RunResult } from '../wire/result.ts';
import { isInbox } from '../wire/subject.ts';
import { fetchLargeResult } from './large-result.ts';

/** How long a target that promises beats may be silent, seconds (two beats and a half), and how long any other may. */
const BEATS_MISSED = 2.5;
const SILENCE_MS = 60_000;

/** The answer to one request as it comes in. */
export class Answer {
  readonly #emit: Emit;
  readonly #bus: Bus;
  readonly #transfers: { readonly handoff: HandoffStarted; readonly at: number }[] = [];
  #text = '';
  #result: StreamedResult | undefined;
  #largeResult: ObjectRef | undefined;
  #pieces = 0;
  #isTorn = false;
  /** Longest silence that is borne from now on, milliseconds. */
  silenceMs = SILENCE_MS;
  /** The target has taken the request: from here on it may have begun to work. */
  isTaken = false;
  /** It was turned away before any work, for want of a place. */
  isBusy = false;
  /** It is certain that nobody has begun to work: refused before the ack, nobody there, never published. */
  isUntouched = false;
  /** The instance that is at work on it, where it has said so ... */
  instance: string | undefined;
  /** ... and its agent: the one that was asked, or another one that the question was transferred to. */
  agent: Address;
  error: BatonError | undefined;

  constructor(emit: Emit, { bus, address }: { readonly bus: Bus; readonly address: Address }) {
    this.#emit = emit;
    this.#bus = bus;
    this.agent = address;
  }

  /** The request is sent, perhaps not for the first time: that it was turned away elsewhere counts no more. */
  begin(): void {
    this.isBusy = false;
    this.isUntouched = false;
    this.error = undefined;
  }

  /** Takes in one message of the stream; true when it was the terminator. */
  take(message: BusMessage): boolean {
    const code = message.headers?.get(ERROR_CODE_HEADER);
    if (code) {
      const text = message.headers?.get(ERROR_TEXT_HEADER) ?? '';
      const { error, result, isPassing } = decodeError(Number(code), text, message.data);
      this.error = error;
      this.isBusy = isPassing && !this.isTaken && error.code === 'RESOURCE_EXHAUSTED';
      this.#result = result;
      this.isUntouched = !this.isTaken;
      return false;
    }
    if (message.data.length === 0) return message.headers === undefined;
    const chunks = decodeChunks(message.data);
    this.isTaken = true;
    for (const chunk of chunks) this.#takeChunk(chunk);
    return chunks.at(-1)?.type === 'end';
  }

  #takeChunk(chunk: Chunk): void {
    if (chunk.type === 'response') this.#takeText(chunkText(chunk.data), chunk.seq);
    else if (chunk.type === 'baton') this.#takeNote(chunk.data);
    else if (chunk.type === 'status') this.#takeStatus(chunk);
    else if (chunk.type === 'query') this.#takeQuery(chunk.data);
  }

  /** Pieces are told apart by their place: one that comes twice is dropped, after a missing one nothing is joined. */
  #takeText(text: string, seq = this.#pieces + 1): void {
    if (seq <= this.#pieces) return;
    if (seq > this.#pieces + 1) this.#isTorn = true;
    this.#pieces = seq;
    if (this.#isTorn) return;
    this.#text += text;
    if (text) this.#emit({ type: 'text', text });
  }

  /** What was missing is void as well. */
  #beginAnew(seq: number): void {
    if (seq <= this.#pieces) return;
    this.#pieces = seq;
    this.#isTorn = false;
    if (this.#text === '') return;
    this.#text = '';
    this.#emit({ type: 'superseded' });
  }

  #takeNote(note: BatonNote): void {
    if (note.kind === 'handoff') {
      this.#emit({ type: 'handoff', handoff: note.handoff });
    } else if (note.kind === 'transferred') {
      this.#transfers.push({ handoff: note.handoff, at: performance.now() });
    } else if (note.kind === 'superseded') {
      this.#beginAnew(note.seq);
    } else if (note.kind === 'texts') {
      for (const [place, text] of note.texts.entries()) this.#takeText(text, note.seq + place);
    } else {
      if (note.kind === 'result') this.#result = note.result;
      else this.#largeResult = note.ref;
      if (note.pieces !== undefined && note.pieces !== this.#pieces) this.#isTorn = true;
    }
  }

  #takeStatus({ instance, agent, every_s }: Extract<Chunk, { type: 'status' }>): void {
    if (instance !== undefined) this.instance = instance;
    if (agent !== undefined) this.agent = readAddress(agent) ?? this.agent;
    if (every_s !== undefined) this.silenceMs = every_s * BEATS_MISSED * 1000;
  }

  #takeQuery({ id, prompt, reply_subject: replySubject }: Extract<Chunk, { type: 'query' }>['data']): void {
    if (!isInbox(replySubject)) return;
    const answer = (text: string) => this.#bus.publish(replySubject, encodeAnswer(text));
    this.#emit({ type: 'query', query: { id, prompt, replySubject, answer } });
  }

  /** The stream has ended: pieces that are missing now will not come. */
  end(): void {
    this.#readFailure();
    // The whole answer may have come with the result; only what it says had been streamed is lost.
    if (!this.#isTorn || this.error || this.#largeResult || this.#result?.response !== undefined) return;
    this.error = new BatonError('UNAVAILABLE', 'pieces of the answer were lost on the way');
  }

  /** What was spent of what the target was given; undefined when it did not say and may have begun to work. */
  spent(given: Money | undefined): Money | undefined {
    return this.#result?.spent ?? (given && this.isUntouched ? { ...given, amount: 0 } : undefined);
  }

  /** The result was too large to come by itself. */
  get isElsewhere(): boolean {
    return this.#largeResult !== undefined;
  }

  /**
   * Gets the result where it was too large to come by itself.
   * @throws {BatonError} FAILED_PRECONDITION when it is gone, INVALID_ARGUMENT when it is not what was meant, UNAVAILABLE.
   */
  async fetchLargeResult(signal: StopSignal): Promise<void> {
    if (!this.#largeResult) return;
    const { owner } = this.agent;
    this.#result = await fetchLargeResult({ bus: this.#bus, owner, signal }, this.#largeResult);
    this.#readFailure();
  }

  /** A result that says it failed is one, though no error came beside it. */
  #readFailure(): void {
    const told = this.#result;
    if (!told || told.success) return;
    this.error ??= told.error
      ? BatonError.from(told.error)
      : new BatonError('PROTOCOL', 'the run failed, as its result says, without an error');
  }

  get #address(): string {
    return `${this.agent.owner}/${this.agent.agent}`;
  }

  /** The handoff by which the agent that is at work on it now was asked, when it is not the one that was sent. */
  get transferredAs(): string | undefined {
    return this.#transfers.at(-1)?.handoff.id;
  }

  /** The transfers on the way, each until now: they end with the answer. */
  #transferred(error: BatonError | undefined): HandoffRecord[] {
    return this.#transfers.map(({ handoff, at }) => ({
      ...handoff,
      success: error === undefined,
      durationMs: Math.round(performance.now() - at),
      ...(error && { error: error.toJSON() }),
    }));
  }

  /** What of the answer is to be kept: of one that failed on the way as much as came, of one that was turned down nothing. */
  #response(streamed: string | null): string | null {
    const { response, withdrawn } = this.#result ?? {};
    const isHalf = response === null && this.error !== undefined && !withdrawn;
    return response === undefined || isHalf ? streamed : response;
  }

  /** Field by field, as for every run: see `BaseAgent`. What is absent stays absent. */
  toResult(order: HandoffOrder, durationMs: number): RunResult {
    const { error } = this;
    const isElsewhere = order.mode === 'transfer' && error === undefined;
    const streamed = this.#text === '' && (error || isElsewhere) ? null : this.#text;
    const told = this.#result;
    const spent = this.spent(order.scope.budget);
    const result: RunResult = {
      agent: told?.agent ?? this.agent.agent,
      conversation: order.scope.conversation,
      id: order.id,
      durationMs,
      handoffs: [...this.#transferred(error), ...(told?.handoffs ?? [])],
      insights: told?.insights ?? {},
      fallback: told?.fallback ?? false,
      success: error === undefined && (told?.success ?? true),
      response: this.#response(streamed),
    };
    if (told) Object.assign(result, extrasOf(told));
    if (error) result.error = error.toJSON();
    if (isElsewhere) result.transferred = { id: order.id, to: this.#address };
    if (spent) result.spent = spent;
    return result;
  }
}

/** A stranger's word: undefined for what is no address. */
function readAddress(text: string): Address | undefined {
  try {
    return parseAddress(text, '');
  } catch {
    return undefined;
  }
}
