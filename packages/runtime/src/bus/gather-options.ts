import type { BusMessage } from './inbox.ts';

/** When to stop listening for answers of which nobody knows the number. */
export interface GatherOptions {
  /** What is asked. Default: nothing but the subject itself. */
  readonly data?: Uint8Array;
  /** Called with each answer as it comes, in step with everything else this connection hears. */
  onAnswer(message: BusMessage): void;
  /** Stop when there was no answer at all for this long, milliseconds. */
  readonly firstMs: number;
  /** Stop this long after the last answer, milliseconds. */
  readonly quietMs: number;
  /** Stop at the latest, milliseconds. */
  readonly maxMs: number;
}
