import { BatonError } from '@baton/runtime';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/**
 * Reads "500ms", "30s", "2m" or "1.5h" as milliseconds. `field` is what the error names: an option or a key of a file.
 * @throws {BatonError} INVALID_ARGUMENT for anything else; a bare number has no unit and is refused too.
 */
export function parseDuration(text: string, field: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim()) ?? [];
  const factor = UNITS[unit];
  if (amount !== undefined && factor !== undefined) return Number(amount) * factor;
  const isBare = /^\d+(?:\.\d+)?$/.test(text.trim());
  const hint = isBare ? ` has no unit: did you mean "${text.trim()}s"?` : ' is no duration.';
  throw new BatonError(
    'INVALID_ARGUMENT',
    `${field} ${JSON.stringify(text)}${hint} Write 500ms, 30s, 2m or 1h.`,
  );
}
