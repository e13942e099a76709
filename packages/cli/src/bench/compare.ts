import type { Report, Row } from '@baton/bench';
import { paint } from '../terminal/paint.ts';
import { type Column, formatTable } from '../terminal/table.ts';
import { ratioText, sizeText } from './figures.ts';

/** How a figure has changed. */
interface Change {
  readonly before: number;
  readonly now: number;
  /** `now` by `before`. */
  readonly factor: number;
  /** More than both measurements' noise together. */
  readonly isClear: boolean;
}

/** One row beside the same row of before. Ratios to bare NATS are compared: the machine may have been slower then. */
export interface RowChange {
  readonly name: string;
  readonly size: number;
  readonly p50: Change | undefined;
  readonly calls: Change | undefined;
  readonly cpu: Change | undefined;
}

const FIGURES = [
  { key: 'p50', ratio: 'p50X', title: 'P50 X', isBetter: (factor: number) => factor < 1 },
  { key: 'calls', ratio: 'callsX', title: 'CALLS/S X', isBetter: (factor: number) => factor > 1 },
  { key: 'cpu', ratio: 'cpuX', title: 'CPU X', isBetter: (factor: number) => factor < 1 },
] as const;

/** The rows that both have; bare NATS itself is the measure and never changes. */
export function compareReports(before: readonly Report[], now: Report): RowChange[] {
  const old = before.findLast(({ scenario }) => scenario === now.scenario);
  return now.rows.flatMap((row) => {
    const then = old?.rows.find(({ name, size }) => name === row.name && size === row.size);
    if (!then || row.name.startsWith('raw')) return [];
    const [p50, calls, cpu] = FIGURES.map(({ key, ratio }) =>
      changeOf([then[ratio], then.noise?.[key]], [row[ratio], row.noise?.[key]]),
    );
    return [{ name: row.name, size: row.size, p50, calls, cpu }];
  });
}

type Measured = readonly [value: number | null, noise: number | null | undefined];

function changeOf([before, noiseBefore]: Measured, [now, noiseNow]: Measured): Change | undefined {
  if (!before || now === null) return undefined;
  const factor = now / before;
  const noise = noiseBefore == null || noiseNow == null ? Number.POSITIVE_INFINITY : noiseBefore + noiseNow;
  return { before, now, factor, isClear: Math.abs(factor - 1) > noise };
}

/** Rows with what has changed in each, as `--json` prints them. */
export function withChanges(report: Report, changes: readonly RowChange[]): Report {
  const rows: Row[] = report.rows.map((row) => {
    const change = changes.find(({ name, size }) => name === row.name && size === row.size);
    if (!change) return row;
    const { p50, calls, cpu } = change;
    return {
      ...row,
      change: { p50: p50?.factor ?? null, calls: calls?.factor ?? null, cpu: cpu?.factor ?? null },
    };
  });
  return { ...report, rows };
}

/** Before and after as lines; green and red for what is more than noise. */
export function changeLines(changes: readonly RowChange[], unit: string): string[] {
  const columns: Column<RowChange>[] = [
    { title: '', text: ({ name }) => name },
    { title: unit.toUpperCase(), align: 'right', text: ({ size }) => sizeText(size, unit) },
    ...FIGURES.map(
      ({ key, title, isBetter }): Column<RowChange> => ({
        title,
        text: (row) => changeText(row[key]),
        paint: (text, row) => {
          const change = row[key];
          if (!change?.isClear) return paint('dim', text, process.stdout);
          return paint(isBetter(change.factor) ? 'green' : 'red', text, process.stdout);
        },
      }),
    ),
  ];
  return formatTable(columns, changes);
}

function changeText(change: Change | undefined): string {
  if (!change) return '-';
  const percent = Math.round((change.factor - 1) * 100);
  const verdict = change.isClear ? '' : ' (noise)';
  return `${ratioText(change.before)} → ${ratioText(change.now)} ${percent > 0 ? '+' : ''}${percent} %${verdict}`;
}
