import type { Report, Row } from '@baton/bench';
import { type Column, formatTable } from '../terminal/table.ts';
import { numberText, percentText, ratioText, sizeText, timeText } from './figures.ts';

const right = (title: string, text: (row: Row) => string): Column<Row> => ({ title, align: 'right', text });

const FIGURES: readonly Column<Row>[] = [
  right('P50', ({ p50Us }) => timeText(p50Us)),
  right('X', ({ p50X }) => ratioText(p50X)),
  right('CALLS/S', ({ callsPerS }) => numberText(callsPerS)),
  right('X', ({ callsX }) => ratioText(callsX)),
  right('CPU S/1000', ({ cpuPer1000 }) => numberText(cpuPer1000)),
  right('X', ({ cpuX }) => ratioText(cpuX)),
];

/** Shown where a row has them. */
const EXTRAS: Readonly<Record<'p99Us' | 'share' | 'cpuShare' | 'rssMb', Column<Row>>> = {
  p99Us: right('P99', ({ p99Us }) => timeText(p99Us)),
  share: right('OF IDEAL', ({ share }) => percentText(share)),
  cpuShare: right('OF A CORE', ({ cpuShare }) => percentText(cpuShare)),
  rssMb: right('RSS MB', ({ rssMb }) => numberText(rssMb)),
};

/** The figures of one scenario as lines. A column of ratios belongs to the one before it. */
export function tableLines({ rows }: Report, unit: string): string[] {
  const extras = (['p99Us', 'share', 'cpuShare', 'rssMb'] as const).filter((key) =>
    rows.some((row) => row[key] !== undefined),
  );
  const columns: Column<Row>[] = [
    { title: '', text: ({ name }) => name },
    right(unit.toUpperCase(), ({ size }) => sizeText(size, unit)),
    ...FIGURES,
    ...extras.map((key) => EXTRAS[key]),
    right('NOISE', ({ noise }) => noiseText(noise)),
  ];
  return formatTable(columns, rows);
}

/** The noisiest of the figures. */
function noiseText(noise: Row['noise']): string {
  const known = Object.values(noise ?? {}).filter((each) => typeof each === 'number');
  return known.length === 0 ? '-' : `±${Math.round(Math.max(...known) * 100)} %`;
}
