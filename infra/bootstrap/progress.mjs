import { env } from 'node:process';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
/** Shorter steps are not worth a line. */
const WORTH_SAYING_MS = 1_000;

/** Whether a person is watching: the live line goes to stderr, but a redirected stdout means a script is reading. */
export const live = Boolean(process.stdout.isTTY && process.stderr.isTTY && env.TERM !== 'dumb' && !env.CI);

/**
 * Runs one long step. On a terminal a live line shows `what`, how far it is (`say('84 of 186')`) and for how long; it ends as
 * "✓ packages 12 s" when it took a while, unless `ends` is false. In a pipe nothing is printed.
 */
export async function step(what, work, { ends = true } = {}) {
  const start = Date.now();
  let detail = '';
  let frame = 0;
  const draw = () => {
    frame = (frame + 1) % FRAMES.length;
    const line = `${FRAMES[frame]} ${what}${detail === '' ? '' : `: ${detail}`} … ${seconds(Date.now() - start)}`;
    process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
  };
  const timer = live ? setInterval(draw, FRAME_MS) : undefined;
  try {
    const result = await work((text) => {
      detail = text;
    });
    const took = Date.now() - start;
    if (live && ends && took >= WORTH_SAYING_MS)
      process.stderr.write(`\r\x1b[2K✓ ${what} ${seconds(took)}\n`);
    return result;
  } finally {
    clearInterval(timer);
    if (live) process.stderr.write('\r\x1b[2K');
  }
}

export const seconds = (ms) => (ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`);

/** A step that failed in a way a person can act on: what the tool printed, and what to do. */
export class StepFailed extends Error {
  constructor(step, { status, output, advice }) {
    super(`${step} failed with status ${status}.${advice ? ` ${advice}` : ''}`);
    this.step = step;
    this.status = status;
    this.output = output;
  }
}

/** Prints a failed step: its tool's words first, ours last, where they are seen. */
export function report(error) {
  if (!(error instanceof StepFailed)) throw error;
  process.stderr.write(
    error.output.endsWith('\n') || error.output === '' ? error.output : `${error.output}\n`,
  );
  process.stderr.write(`✗ ${error.message}\n`);
}
