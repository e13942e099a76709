import type { Bus, Subscription } from '../bus/bus.ts';
import { encodeHeartbeat, type InstanceState } from '../wire/heartbeat.ts';
import type { Address } from '../wire/name.ts';
import { AGENT_KIND, heartbeatSubject } from '../wire/subject.ts';

/** What an instance reports of itself at this moment. */
interface InstanceStatus {
  readonly state: InstanceState;
  readonly inFlight: number;
  readonly capacity: number;
  readonly freeAt: string | undefined;
}

export interface AnnouncerOptions {
  readonly bus: Bus;
  readonly address: Address;
  /** Milliseconds between two beats. */
  readonly intervalMs: number;
  readonly cardHash: string;
  status(): InstanceStatus;
}

/** Beats come up to this share early, so that instances started together do not beat together for ever. */
export const BEAT_JITTER = 0.2;

/** Announces one instance on the registry subject: at once, at the interval, and when it leaves. */
export class Announcer {
  readonly #options: AnnouncerOptions;
  #instance = '';
  #timer: NodeJS.Timeout | undefined;
  #returning: Subscription | undefined;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  /** The first beat goes out before this returns. */
  start(instance: string): void {
    this.#instance = instance;
    this.#beatAndSchedule();
    // What was beaten while the broker was away nobody has heard.
    this.#returning = this.#options.bus.onReconnect(() => this.announce());
  }

  /** A fresh heartbeat, encoded; also the answer of the status endpoint. */
  heartbeat(state?: InstanceState): Uint8Array {
    const { address, intervalMs, cardHash, status } = this.#options;
    const now = status();
    return encodeHeartbeat({
      agent: AGENT_KIND,
      owner: address.owner,
      session: address.agent,
      instance_id: this.#instance,
      ts: new Date().toISOString(),
      interval_s: intervalMs / 1000,
      state: state ?? now.state,
      in_flight: now.inFlight,
      capacity: now.capacity,
      free_at: now.freeAt,
      card: cardHash,
    });
  }

  /** One beat now, for a change that must not wait for the interval. */
  announce(): void {
    this.#publish(this.heartbeat());
  }

  /** Says goodbye: observers drop the instance at once. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#returning?.close();
    this.#publish(this.heartbeat('stopped'));
  }

  #beatAndSchedule(): void {
    this.announce();
    const { intervalMs } = this.#options;
    this.#timer = setTimeout(() => this.#beatAndSchedule(), intervalMs * (1 - BEAT_JITTER * Math.random()));
  }

  #publish(beat: Uint8Array): void {
    const { bus, address } = this.#options;
    bus.publish(heartbeatSubject(address), beat);
  }
}
