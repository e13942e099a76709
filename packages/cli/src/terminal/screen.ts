import { paint } from './paint.ts';

/** Clears the line the cursor is in. */
const CLEAR = '\r\x1b[2K';

/**
 * The one writer of a long-running command: lines about what happens, log lines, an answer as it streams, and on a terminal
 * one transient line below them. A line never lands in the middle of another: log lines wait while an answer is being written.
 */
export class Screen {
  readonly #isTerminal: boolean;
  #transient = '';
  #held: (() => void)[] | undefined;

  constructor() {
    this.#isTerminal =
      process.stdout.isTTY === true && process.stderr.isTTY === true && process.env.TERM !== 'dumb';
    // A reader that left (`| head`) is no reason to end a mesh.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  }

  /** Whether a person is watching. */
  get isTerminal(): boolean {
    return this.#isTerminal;
  }

  /** Shows a plain line until the next one replaces it; nothing in a pipe. An empty text takes it away. */
  transient(text: string): void {
    if (!this.#isTerminal) return;
    // A line that wraps could not be taken back.
    this.#transient = text.slice(0, (process.stderr.columns || 80) - 1);
    process.stderr.write(CLEAR + (this.#transient && paint('dim', this.#transient)));
  }

  /** A result: a line on stdout. */
  print(line: string): void {
    this.#above(() => process.stdout.write(`${line}\n`));
  }

  /** What happens on the way: a line on stderr. */
  note(line: string): void {
    this.#above(() => process.stderr.write(`${line}\n`));
  }

  /** Somebody else's line, which may wait for the end of an answer. */
  log(line: string, stream: 'stdout' | 'stderr'): void {
    const write = () => this.#above(() => process[stream].write(`${line}\n`));
    if (this.#held) this.#held.push(write);
    else write();
  }

  /** Part of an answer, on stdout. Log lines wait until `endAnswer`. */
  answer(text: string): void {
    this.#held ??= [];
    this.#above(() => process.stdout.write(text));
  }

  /** The answer is complete, its last line too. */
  endAnswer(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const write of held) write();
  }

  #above(write: () => void): void {
    const below = this.#transient;
    if (below !== '') this.transient('');
    write();
    if (below !== '') this.transient(below);
  }
}
