/** The value at a share of the sorted values, 0 to 1; undefined of none. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** The middle value, or the mean of the two in the middle; null of none. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** Half the distance between the lowest and the highest value, as a share of the median; null of fewer than two. */
export function halfSpread(values: readonly number[]): number | null {
  const middle = median(values);
  if (values.length < 2 || !middle) return null;
  return (Math.max(...values) - Math.min(...values)) / 2 / middle;
}
