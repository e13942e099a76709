/** What was promised to a client, and what is there in the end. */
export interface Verdict {
  /** Acknowledged, and not there. */
  readonly lost: string[];
  /** There more than once. */
  readonly doubled: string[];
}

/** Compares the ids whose effects were acknowledged with those that are found, once for each time they are found. */
export function compare(acknowledged: Iterable<string>, found: Iterable<string>): Verdict {
  const times = new Map<string, number>();
  for (const id of found) times.set(id, (times.get(id) ?? 0) + 1);
  return {
    lost: [...acknowledged].filter((id) => !times.has(id)),
    doubled: [...times].filter(([, count]) => count > 1).map(([id]) => id),
  };
}
