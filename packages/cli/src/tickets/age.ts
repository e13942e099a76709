const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
];

/** How long ago that was, in the largest unit of which there is one: "3 m"; clocks may differ, so never below "0 s". */
export function age(since: string, now: number): string {
  const ms = Math.max(0, now - Date.parse(since));
  const [unit, size] = UNITS.find(([, least]) => ms >= least) ?? ['s', 1000];
  return `${Math.floor(ms / size)} ${unit}`;
}
