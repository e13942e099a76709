import { distance } from 'fastest-levenshtein';

const MAX_SUGGESTIONS = 3;

/** The names most like a mistyped one, best first: those within a third of its length in edits, or containing it. */
export function lookalikes(name: string, names: Iterable<string>): string[] {
  const limit = Math.max(2, Math.ceil(name.length / 3));
  const contains = (other: string) => other.includes(name) || name.includes(other);
  return [...new Set(names)]
    .map((other) => ({ other, edits: contains(other) ? 1 : distance(name, other) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits || a.other.localeCompare(b.other))
    .slice(0, MAX_SUGGESTIONS)
    .map(({ other }) => other);
}
