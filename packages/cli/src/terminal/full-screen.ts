/** The whole terminal, rewritten again and again; disposing gives it back. */
export interface FullScreen extends Disposable {
  /** Shows these lines from the top; what does not fit is left out, and said so. */
  show(lines: readonly string[]): void;
}

const ESC = '\x1b[';
const HIDE_CURSOR = `${ESC}?25l`;
const SHOW_CURSOR = `${ESC}?25h`;
/** A line wider than the terminal is cut there instead of pushing the others down. */
const WRAP_OFF = `${ESC}?7l`;
const WRAP_ON = `${ESC}?7h`;
const CLEAR = `${ESC}2J`;
const HOME = `${ESC}H`;
const CLEAR_LINE_END = `${ESC}K`;
const CLEAR_BELOW = `${ESC}J`;

/** Takes over the terminal on stdout. It is restored on dispose, and when the process is told to end. */
export function openFullScreen(): FullScreen {
  const { stdout } = process;
  const restore = () => stdout.write(SHOW_CURSOR + WRAP_ON);
  const end = () => {
    restore();
    process.exit(143);
  };
  process.once('SIGTERM', end);
  stdout.write(HIDE_CURSOR + WRAP_OFF + CLEAR);
  return {
    show(lines) {
      const fitting = cut(lines, (stdout.rows || 24) - 1);
      stdout.write(`${HOME}${fitting.map((line) => `${line}${CLEAR_LINE_END}\n`).join('')}${CLEAR_BELOW}`);
    },
    [Symbol.dispose]() {
      process.removeListener('SIGTERM', end);
      restore();
    },
  };
}

function cut(lines: readonly string[], height: number): readonly string[] {
  if (lines.length <= height) return lines;
  const kept = Math.max(0, height - 1);
  return [...lines.slice(0, kept), `... and ${lines.length - kept} more`];
}
