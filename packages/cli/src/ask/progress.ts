import type { SingleBar } from 'cli-progress';

/** How far a batch is. */
export interface Progress {
  /** `done` of the total given at the start. */
  update(done: number, counts: { readonly answered: number; readonly failed: number }): void;
  stop(): void;
}

const FORMAT =
  'asking {bar} {percentage}% | {answered} answered, {failed} failed | {perSecond}/s | {duration_formatted}';

/** A progress bar on stderr where that is a terminal; elsewhere nothing, and nothing is loaded. */
export async function startProgress(total: number): Promise<Progress> {
  if (!process.stderr.isTTY || total <= 0) return { update: () => {}, stop: () => {} };
  const { default: progress } = await import('cli-progress');
  const bar: SingleBar = new progress.SingleBar(
    // The cursor stays: whatever ends this process, it need not be brought back.
    { format: FORMAT, stream: process.stderr, clearOnComplete: true, hideCursor: false, gracefulExit: false },
    progress.Presets.shades_classic,
  );
  const started = performance.now();
  bar.start(total, 0, { answered: 0, failed: 0, perSecond: 0 });
  return {
    update: (done, { answered, failed }) => {
      const seconds = (performance.now() - started) / 1000;
      bar.update(Math.min(done, total), { answered, failed, perSecond: Math.round(answered / seconds) });
    },
    stop: () => bar.stop(),
  };
}
