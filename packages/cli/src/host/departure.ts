/** Long enough for an answer that has begun; the supervisor waits a little longer before it kills. */
const GRACE_MS = 25_000;
/** Saying goodbye to a broker that is gone cannot be waited for. */
const GOODBYE_MS = 2_000;

const SIGNAL_STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type StopSignal = keyof typeof SIGNAL_STATUS;

export interface DepartureOptions {
  /** Under a supervisor the terminal's Ctrl-C, which reaches the whole group, is the supervisor's to act on. */
  readonly supervised: boolean;
}

/** How an agent's process ends: drained at the first word, at once at the second. */
export class Departure {
  #leave: ((graceMs: number) => Promise<void>) | undefined;
  #leaving = false;

  constructor({ supervised }: DepartureOptions) {
    process.on('SIGTERM', () => this.#begin('SIGTERM'));
    const onTerminal = (signal: StopSignal) => () => {
      if (!supervised) this.#begin(signal);
    };
    process.on('SIGINT', onTerminal('SIGINT'));
    process.on('SIGHUP', onTerminal('SIGHUP'));
    if (supervised) process.on('disconnect', () => this.#supervisorGone());
    // What is written after the reader has gone must not end the process before it is drained.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  }

  /** From now on there is something to finish before the process ends. */
  leaveWith(leave: (graceMs: number) => Promise<void>): void {
    this.#leave = leave;
  }

  /** Whether the process is on its way out. */
  get begun(): boolean {
    return this.#leaving;
  }

  #supervisorGone(): void {
    if (!this.#leaving) this.#begin('SIGTERM');
  }

  #begin(signal: StopSignal): void {
    if (this.#leaving) process.exit(SIGNAL_STATUS[signal]);
    this.#leaving = true;
    void this.#drain();
  }

  async #drain(): Promise<void> {
    if (!this.#leave) process.exit(0);
    setTimeout(() => process.exit(0), GRACE_MS + GOODBYE_MS);
    await this.#leave(GRACE_MS).catch(() => {});
    process.exit(0);
  }
}
