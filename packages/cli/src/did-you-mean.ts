import { lookalikes } from '@baton/runtime';

/** ` (did you mean "replicas"?)` for a mistyped name; '' when no known one is like it. */
export function didYouMean(name: string, known: readonly string[]): string {
  const [nearest] = lookalikes(name, known);
  return nearest === undefined ? '' : ` (did you mean "${nearest}"?)`;
}
