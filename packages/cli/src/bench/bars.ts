import type { Report, Scenario } from '@baton/bench';
import { paint } from '../terminal/paint.ts';
import { numberText, percentText, sizeText, timeText } from './figures.ts';

const WIDTH = 40;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

const HEADLINES: Readonly<Record<Scenario['headline'], { title: string; text(value: number): string }>> = {
  p50Us: { title: 'p50, shorter is better', text: timeText },
  callsPerS: { title: 'calls/s, longer is better', text: numberText },
  cpuPer1000: { title: 'CPU s/1000 calls, shorter is better', text: numberText },
  share: { title: 'share of ideal, longer is better', text: percentText },
  cpuShare: { title: 'share of a core, shorter is better', text: percentText },
};

/** A small picture of the figure that says most, bare NATS in grey. */
export function barLines(
  { rows }: Report,
  { headline, unit }: Pick<Scenario, 'headline' | 'unit'>,
): string[] {
  const { title, text } = HEADLINES[headline];
  const shown = rows.flatMap((row) => {
    const value = row[headline];
    const label = `${row.name} ${sizeText(row.size, unit)}`;
    return typeof value === 'number' ? [{ label, value, isRaw: row.name.startsWith('raw') }] : [];
  });
  const longest = Math.max(...shown.map(({ label }) => label.length));
  const highest = Math.max(...shown.map(({ value }) => value));
  const lines = shown.map(({ label, value, isRaw }) => {
    const drawn = paint(isRaw ? 'dim' : 'cyan', bar(value / highest), process.stdout);
    return `${label.padEnd(longest)}  ${drawn} ${text(value)}`;
  });
  return [title, ...lines];
}

/** A bar for a share of the width, to an eighth of a character. */
export function bar(share: number): string {
  const eighths = Math.round(Math.max(0, Math.min(1, share)) * WIDTH * 8);
  return '█'.repeat(eighths >> 3) + EIGHTHS[eighths % 8];
}
