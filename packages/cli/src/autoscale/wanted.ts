import type { ScaleBounds } from './scale-bounds.ts';

/** What there is to do for an agent under one supervisor, and what there is to do it with. */
export interface Load {
  /** Processes there are to be: those that are still starting count. */
  readonly replicas: number;
  /** Prompts and durable work its live instances are busy with. */
  readonly busy: number;
  /** Work nobody has taken yet: its share of the queue. */
  readonly waiting: number;
  /** How much one instance does at a time; undefined when none of them has said so. */
  readonly capacity: number | undefined;
}

/**
 * How many processes the load asks for, within the bounds:
 * `ceil((busy + waiting) / (capacity * target))`. Where the capacity is not known: one, if there is none and work
 * waits, else as many as there are.
 */
export function wantedReplicas({ replicas, busy, waiting, capacity }: Load, bounds: ScaleBounds): number {
  const { min, max, target } = bounds;
  const clamp = (count: number) => Math.min(max, Math.max(min, count));
  if (capacity === undefined) return clamp(replicas === 0 && waiting > 0 ? 1 : replicas);
  // A quotient such as 2.0000000000000004 asks for no third one.
  return clamp(Math.ceil((busy + waiting) / (capacity * target) - 1e-9));
}
