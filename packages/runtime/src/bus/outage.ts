import type { NatsConnection } from 'nats';
import { abortError, type StopSignal } from '../wire/abort.ts';
import { BatonError } from '../wire/error.ts';

/** A broker that restarts is back within this time, milliseconds; whoever waits is not told of it. */
const GRACE_MS = 1000;

/** How long after the broker's return members may still be on their way back, milliseconds. */
const RETURN_MS = 3000;

export interface OutageListeners {
  /** The broker is away this moment; it may be back in the next. */
  onDown(): void;
  /** The broker has been away for a second. */
  onAway(): void;
  /** The broker is back, after so many milliseconds. */
  onReturn(awayMs: number): void;
  /** The broker does not let this member publish on a subject. */
  onRefused(subject: string): void;
}

/** How long to wait for a broker that is away. */
export interface Patience {
  /** `fail` (the default): a second at the most. `wait`: until `expiresAt`. */
  readonly whileAway?: 'fail' | 'wait' | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly signal?: StopSignal;
}

/** Watches whether the broker is there; the client itself reconnects for ever and says nothing. */
export class Outage {
  readonly #connection: NatsConnection;
  readonly #waiting = new Set<(error?: BatonError) => void>();
  #downSince: number | undefined;
  #isAway = false;
  #returnedAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: NatsConnection, listeners: OutageListeners) {
    this.#connection = connection;
    void this.#watch(listeners);
  }

  /** The broker cannot be reached this moment: what is published now is lost. */
  get isDown(): boolean {
    return this.#downSince !== undefined;
  }

  /** It has been away for more than a second. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** It came back a moment ago: others who were here before may not be back yet. */
  get isReturning(): boolean {
    return performance.now() - this.#returnedAt < RETURN_MS;
  }

  get error(): BatonError {
    const server = this.#connection.getServer();
    return new BatonError('UNAVAILABLE', `the broker at ${server} is away; trying to reach it again`);
  }

  /** Resolves when the broker is there. @throws {BatonError} UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED. */
  over({ whileAway = 'fail', expiresAt, signal }: Patience): Promise<void> {
    if (!this.isDown) return Promise.resolve();
    if (this.#isAway && whileAway === 'fail') return Promise.reject(this.error);
    return new Promise((resolve, reject) => {
      const settle = (error?: BatonError) => {
        clearTimeout(timer);
        this.#waiting.delete(settle);
        signal?.removeEventListener('abort', onAbort);
        if (error) reject(error);
        else resolve();
      };
      const onAbort = () => signal && settle(abortError(signal));
      const longest = whileAway === 'fail' ? GRACE_MS : Number.POSITIVE_INFINITY;
      const leftMs = Math.max(0, expiresAt - Date.now());
      // Decided now: a timer may fire a moment before the time it was set to.
      const isDeadline = leftMs <= longest;
      const late = () => settle(isDeadline ? deadlineError() : this.error);
      const timer = setTimeout(late, Math.min(longest, leftMs));
      if (signal?.aborted) return onAbort();
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(settle);
    });
  }

  async #watch(listeners: OutageListeners): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === 'disconnect') this.#onDisconnect(listeners);
      else if (status.type === 'reconnect') this.#onReconnect(listeners);
      else if (status.permissionContext?.operation === 'publish')
        listeners.onRefused(status.permissionContext.subject);
    }
    this.#clear();
    const closed = new BatonError('UNAVAILABLE', 'the connection to the broker was closed');
    for (const settle of this.#waiting) settle(closed);
  }

  #onDisconnect({ onDown, onAway }: OutageListeners): void {
    if (this.isDown) return;
    this.#downSince = performance.now();
    this.#timer = setTimeout(() => {
      this.#isAway = true;
      onAway();
    }, GRACE_MS);
    this.#timer.unref();
    onDown();
  }

  #onReconnect({ onReturn }: OutageListeners): void {
    const awayMs = Math.round(performance.now() - (this.#downSince ?? performance.now()));
    this.#clear();
    this.#returnedAt = performance.now();
    onReturn(awayMs);
    for (const settle of this.#waiting) settle();
  }

  #clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#downSince = undefined;
    this.#isAway = false;
  }
}

function deadlineError(): BatonError {
  return new BatonError('DEADLINE_EXCEEDED', 'the broker was away until the deadline');
}
