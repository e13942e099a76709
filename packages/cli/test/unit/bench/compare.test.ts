import type { Report, Row } from '@baton/bench';
import { describe, expect, it } from 'vitest';
import { changeLines, compareReports, withChanges } from '../../../src/bench/compare.ts';

const row = (name: string, size: number, [cpuX, noise]: [number, number]): Row => ({
  name,
  size,
  p50Us: 300,
  p50X: 1.5,
  callsPerS: 1000,
  callsX: null,
  cpuPer1000: 0.1,
  cpuX,
  noise: { p50: null, calls: noise, cpu: noise },
});

const report = (scenario: string, ...rows: Row[]): Report => ({ scenario, rounds: 5, rows });

const before = [
  report('stream', row('stream', 200, [1, 0.05])),
  report('handoff', row('raw', 1024, [1, 0.05]), row('ask', 1024, [2, 0.05])),
];

describe('compareReports', () => {
  it('compares the ratios of rows of one name and size, bare NATS left out', () => {
    const now = report(
      'handoff',
      row('raw', 1024, [1, 0.05]),
      row('ask', 1024, [1.5, 0.05]),
      row('ask', 10_240, [1.2, 0.05]),
    );
    expect(compareReports(before, now)).toEqual([
      {
        name: 'ask',
        size: 1024,
        p50: { before: 1.5, now: 1.5, factor: 1, isClear: false },
        calls: undefined,
        cpu: { before: 2, now: 1.5, factor: 0.75, isClear: true },
      },
    ]);
  });

  it('calls a change clear only beyond the noise of both, and never where the noise is unknown', () => {
    const clear = (cpuX: number, noise: number) =>
      compareReports(before, report('handoff', row('ask', 1024, [cpuX, noise])))[0]?.cpu?.isClear;
    expect([clear(1.8, 0.06), clear(1.8, 0.04)]).toEqual([false, true]);
    const unknown = report('handoff', { ...row('ask', 1024, [1, 0.05]), noise: undefined });
    expect(compareReports(before, unknown)[0]?.cpu?.isClear).toBe(false);
  });

  it('finds nothing in a file without that scenario', () => {
    expect(compareReports(before, report('chain', row('nested', 3, [1, 0.05])))).toEqual([]);
  });
});

it('writes each change beside the row it belongs to', () => {
  const now = report('handoff', row('raw', 1024, [1, 0.05]), row('ask', 1024, [1.5, 0.05]));
  const { rows } = withChanges(now, compareReports(before, now));
  expect(rows.map(({ change }) => change)).toEqual([undefined, { p50: 1, calls: null, cpu: 0.75 }]);
});

it('shows before and after, and what is only noise', () => {
  const now = report('handoff', row('ask', 1024, [1.5, 0.05]));
  expect(changeLines(compareReports(before, now), 'bytes')).toEqual([
    '     BYTES  P50 X                    CALLS/S X  CPU X',
    'ask   1 KB  1.50 → 1.50 0 % (noise)  -          2.00 → 1.50 -25 %',
  ]);
});
