/** One Ctrl-C may come several times: from the terminal, and again from npm, which passes it on. */
const SAME_SIGNAL_MS = 500;
const STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** The wish to end, by a signal or by whoever may ask. Dispose it to give the signals back. */
export interface StopRequest extends Disposable {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal;
  request(): void;
}

/** Catches the signals that end a command: the first asks it to, another one after that calls `killNow` with an exit status. */
export function catchStop(killNow: (status: number) => void): StopRequest {
  const controller = new AbortController();
  let lastAt = Number.NEGATIVE_INFINITY;
  const onSignal = (signal: NodeJS.Signals) => {
    const now = performance.now();
    // Counted from the last one that meant something, so that hammering on the keys is heard.
    if (now - lastAt < SAME_SIGNAL_MS) return;
    lastAt = now;
    if (controller.signal.aborted) killNow(STATUS[signal as keyof typeof STATUS]);
    else controller.abort();
  };
  const signals = Object.keys(STATUS) as (keyof typeof STATUS)[];
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    request: () => controller.abort(),
    [Symbol.dispose]() {
      for (const signal of signals) process.removeListener(signal, onSignal);
    },
  };
}
