/** A size as its scenario counts it: bytes as KB from 1024 on. */
export function sizeText(size: number, unit: string): string {
  if (unit !== 'bytes') return String(size);
  return size < 1024 ? `${size} B` : `${size / 1024} KB`;
}

/** Microseconds, as milliseconds from 10,000 on. */
export function timeText(us: number | null | undefined): string {
  if (us === null || us === undefined) return '-';
  if (us >= 10_000) return `${fewDigits(us / 1000)} ms`;
  return `${us < 10 ? us.toFixed(2) : fewDigits(us)} us`;
}

/** A ratio, with two digits behind the point. */
export function ratioText(ratio: number | null | undefined): string {
  return ratio === null || ratio === undefined ? '-' : ratio.toFixed(2);
}

export function percentText(share: number | null | undefined): string {
  return share === null || share === undefined ? '-' : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}

/** Three figures, and no more digits behind the point than they need. */
export function numberText(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : fewDigits(value);
}

function fewDigits(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
