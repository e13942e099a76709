import type { NatsConnection } from 'nats';

/** A broker that restarts is back within this time, milliseconds; whoever waits is not told of it. */
const GRACE_MS = 1000;

export interface OutageListeners {
  /** The broker has been away for a second. */
  onAway(): void;
  onReturn(): void;
}

/** Watches whether the broker is there; the client itself reconnects for ever and says nothing. */
export class Outage {
  #isAway = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(connection: NatsConnection, listeners: OutageListeners) {
    void this.#watch(connection, listeners);
  }

  /** It has been away for more than a second: what is published now may never arrive. */
  get isAway(): boolean {
    return this.#isAway;
  }

  async #watch(connection: NatsConnection, { onAway, onReturn }: OutageListeners): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') {
        this.#timer ??= setTimeout(() => {
          this.#isAway = true;
          onAway();
        }, GRACE_MS);
        this.#timer.unref();
      } else if (type === 'reconnect') {
        this.#clear();
        onReturn();
      }
    }
    this.#clear();
  }

  #clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isAway = false;
  }
}
