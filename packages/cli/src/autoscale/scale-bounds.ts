/** Between which bounds the number of an agent's processes follows its load: `scale` of a mesh file. */
export interface ScaleBounds {
  readonly min: number;
  readonly max: number;
  /** The share of its places that are to be busy, above 0 and at most 1. */
  readonly target: number;
  /** How long fewer must have been enough before some are stopped, milliseconds. */
  readonly cooldownMs: number;
}

export const DEFAULT_TARGET = 0.7;
export const DEFAULT_COOLDOWN_MS = 30_000;
