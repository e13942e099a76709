import type { Report } from '@baton/bench';
import { expect, it } from 'vitest';
import { bar, barLines } from '../../../src/bench/bars.ts';
import { tableLines } from '../../../src/bench/table.ts';

const figures = { p50X: 1, callsX: 1, cpuX: 1 };
const report: Report = {
  scenario: 'handoff',
  rounds: 5,
  rows: [
    { name: 'raw', size: 1024, p50Us: 274.1, callsPerS: 27_541, cpuPer1000: 0.05712, ...figures },
    {
      name: 'ask',
      size: 102_400,
      p50Us: 12_340,
      p50X: 1.254,
      callsPerS: 9.876,
      callsX: 0.5,
      cpuPer1000: 0.11424,
      cpuX: 2,
      noise: { p50: 0.08, calls: 0.126, cpu: null },
      rssMb: 61.25,
    },
  ],
};

it('shows sizes as their scenario counts them, and extras only where there are some', () => {
  expect(tableLines(report, 'bytes')).toEqual([
    '      BYTES      P50     X  CALLS/S     X  CPU S/1000     X  RSS MB  NOISE',
    'raw    1 KB   274 us  1.00    27541  1.00      0.0571  1.00       -      -',
    'ask  100 KB  12.3 ms  1.25     9.88  0.50       0.114  2.00    61.3  ±13 %',
  ]);
});

it('draws the figure that says most, the highest as the whole width', () => {
  const [title, raw = '', ask = ''] = barLines(report, { headline: 'cpuPer1000', unit: 'bytes' });
  expect(title).toContain('shorter is better');
  expect(raw).toBe(`raw 1 KB    ${'█'.repeat(20)} 0.0571`);
  expect(ask).toBe(`ask 100 KB  ${'█'.repeat(40)} 0.114`);
});

it('leaves out of a picture what was not measured', () => {
  const rows = report.rows.map((row) => ({ ...row, share: row.name === 'raw' ? 0.5 : undefined }));
  expect(barLines({ ...report, rows }, { headline: 'share', unit: 'bytes' })).toHaveLength(2);
});

it('draws to an eighth of a character, and nothing beyond the width', () => {
  expect([bar(0), bar(1 / 320), bar(0.0125), bar(2).length]).toEqual(['', '▏', '▌', 40]);
});
