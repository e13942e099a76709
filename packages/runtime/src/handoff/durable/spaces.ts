import type { Bus } from '../../bus/bus.ts';
import { HandoffId } from '../../wire/envelope.ts';
import { BatonError } from '../../wire/error.ts';
import { Owner } from '../../wire/name.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type DurableSpace, openSpace } from './space.ts';

/** How durable delivery behaves; the defaults suit everyone but tests. */
export interface DurableOptions {
  /** How long work may be held without a sign of life before another replica is given it, milliseconds. Default 10 000. */
  readonly ackWaitMs?: number;
  /** How often a request whose end is not known is published again, milliseconds. Default 60 000. */
  readonly resendMs?: number;
  /** Attempts before work is given up as a dead letter. Default 5. */
  readonly maxAttempts?: number;
  /** Pauses before the second, the third ... attempt, milliseconds; the last one repeats. Default 1, 5 and 25 s. */
  readonly retryMs?: readonly number[];
  /** How often a member that stays looks for requests whose deadline has passed, and how long ago that must be, milliseconds. Default 30 000. */
  readonly sweepMs?: number;
  /** Called between the steps of the work, where a test may let the process die. */
  readonly checkpoint?: Checkpoint;
}

const DEFAULTS = {
  ackWaitMs: 10_000,
  resendMs: 60_000,
  maxAttempts: 5,
  retryMs: [1000, 5000, 25_000],
  sweepMs: 30_000,
  checkpoint: () => {},
};

/** One member's way to what is kept of durable runs, by owner. */
export class Spaces {
  readonly settings: Required<DurableOptions>;
  readonly home: Owner;
  readonly bus: Bus;
  readonly #open = new Map<Owner, DurableSpace>();

  constructor(bus: Bus, { home, options = {} }: { readonly home: Owner; readonly options?: DurableOptions }) {
    this.bus = bus;
    this.home = home;
    this.settings = { ...DEFAULTS, ...options };
  }

  /** @throws {BatonError} FAILED_PRECONDITION when the broker can keep nothing. */
  of(owner: Owner): DurableSpace {
    const space = this.#open.get(owner) ?? openSpace(this.bus, owner, this.settings.checkpoint);
    this.#open.set(owner, space);
    return space;
  }

  /**
   * The space and the id in `id` (of one's own owner) or `owner/id`.
   * @throws {BatonError} INVALID_ARGUMENT for what is no id, FAILED_PRECONDITION.
   */
  find(text: string): { readonly space: DurableSpace; readonly id: string } {
    if (typeof text !== 'string') {
      throw new BatonError('INVALID_ARGUMENT', `the id of a run is a text, not of type ${typeof text}`);
    }
    const slash = text.indexOf('/');
    const owner = Owner.safeParse(slash < 0 ? this.home : text.slice(0, slash));
    const id = HandoffId.safeParse(text.slice(slash + 1));
    if (owner.success && id.success) return { space: this.of(owner.data), id: id.data };
    const shown = JSON.stringify(text.slice(0, 80));
    throw new BatonError('INVALID_ARGUMENT', `the id ${shown} must be 1 to 64 letters, digits, "-" and "_"`);
  }
}
