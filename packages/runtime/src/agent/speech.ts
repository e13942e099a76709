import type { RunResult } from '../wire/result.ts';
import { type Emit, GAP } from './events.ts';

/**
 * All text of one run in the order in which it goes out: the answer's pieces as they come, and what hooks and tools
 * say in between, set apart by a blank line.
 */
export class Speech {
  readonly #out: Emit;
  #answered = '';
  /** What was said, and all that went out; both stay empty for as long as nothing is said. */
  #said = '';
  #shown = '';
  #endsWithSaid = false;
  #hasSpoken = false;
  #isOver = false;

  constructor(out: Emit) {
    this.#out = out;
  }

  /** The run is over: nothing said from now on could be part of its answer. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether anything has gone out. */
  get hasSpoken(): boolean {
    return this.#hasSpoken;
  }

  /** In the place of what it was made with. */
  readonly emit: Emit = (event) => {
    if (event.type === 'superseded') return this.#beginAnew();
    if (event.type !== 'text' || event.text === '') return this.#out(event);
    this.#hasSpoken = true;
    this.#answered += event.text;
    if (this.#said === '') return this.#out(event);
    const text = this.#endsWithSaid ? GAP + event.text : event.text;
    this.#endsWithSaid = false;
    this.#show(text);
  };

  /** Sends text out at once, beside the answer. */
  say(text: string): void {
    if (text === '') return;
    this.#hasSpoken = true;
    if (this.#said === '') this.#shown = this.#answered;
    this.#said = join(this.#said, text);
    this.#endsWithSaid = true;
    this.#show(this.#shown === '' ? text : GAP + text);
  }

  /** Somebody else answers from here on: what this run said now would be in the middle of it. */
  leave(): void {
    this.#isOver = true;
  }

  /** The run's response: its answer and what was said, as it went out where that is so; nothing of a withdrawn answer. */
  end({ response: answer, withdrawn }: Pick<RunResult, 'response' | 'withdrawn'>): string | null {
    this.#isOver = true;
    if (this.#said === '') return answer;
    if (answer === null) return withdrawn ? this.#said : this.#shown;
    // An answer that a hook has replaced, or that never streamed as it is, stands after what was said.
    if (!answer.startsWith(this.#answered)) return join(this.#said, answer);
    const rest = answer.slice(this.#answered.length);
    return this.#endsWithSaid ? join(this.#shown, rest) : this.#shown + rest;
  }

  /** The answer is void; what was said is not, and stands before the next one. */
  #beginAnew(): void {
    this.#answered = '';
    this.#shown = '';
    this.#out({ type: 'superseded' });
    if (this.#said === '') return;
    this.#endsWithSaid = true;
    this.#show(this.#said);
  }

  #show(text: string): void {
    this.#shown += text;
    this.#out({ type: 'text', text });
  }
}

function join(before: string, after: string): string {
  return before === '' || after === '' ? before + after : before + GAP + after;
}
