/** Chances from a seed: the same seed, the same figures. */
export interface Random {
  /** From 0 up to, but not including, 1. */
  next(): number;
  /** A whole number below a limit. */
  below(limit: number): number;
  /** The time until something that happens at that mean distance happens again. */
  exponential(mean: number): number;
}

/** The generator sfc32, started from one whole number. */
export function seededRandom(seed: number): Random {
  let a = seed >>> 0;
  let b = Math.floor(seed / 2 ** 32) >>> 0;
  let c = 0x9e3779b9;
  let counter = 1;
  const next = () => {
    const sum = (((a + b) >>> 0) + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum / 2 ** 32;
  };
  // What the seed has set is only mixed after some steps.
  for (let step = 0; step < 15; step++) next();
  return {
    next,
    below: (limit) => Math.floor(next() * limit),
    exponential: (mean) => -mean * Math.log(1 - next()),
  };
}
