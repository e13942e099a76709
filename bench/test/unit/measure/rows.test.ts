import { describe, expect, it } from 'vitest';
import { RAW, type Sample, toRows } from '../../../src/measure/rows.ts';
import { halfSpread, median, quantile } from '../../../src/measure/statistics.ts';

const round = (samples: Record<string, Sample>) => new Map(Object.entries(samples));

describe('toRows', () => {
  it('takes the median of the ratios of each round, not the ratio of the medians', () => {
    // The machine was three times slower in the second round, for both.
    const rows = toRows(1024, [
      round({ [RAW]: { p50Us: 100 }, ask: { p50Us: 150 } }),
      round({ [RAW]: { p50Us: 300 }, ask: { p50Us: 480 } }),
      round({ [RAW]: { p50Us: 90 }, ask: { p50Us: 180 } }),
    ]);
    expect(rows.map(({ name, p50Us, p50X }) => ({ name, p50Us, p50X }))).toEqual([
      { name: 'raw', p50Us: 100, p50X: 1 },
      { name: 'ask', p50Us: 180, p50X: 1.6 },
    ]);
  });

  it('puts bare NATS first whoever was measured first', () => {
    const rows = toRows(1, [round({ ask: { callsPerS: 5 }, [RAW]: { callsPerS: 10 } })]);
    expect(rows.map(({ name, callsX }) => [name, callsX])).toEqual([
      ['raw', 1],
      ['ask', 0.5],
    ]);
  });

  it('says null for what was not measured, and leaves out extras nobody has', () => {
    const [row] = toRows(4, [round({ [RAW]: { share: 0.98 } })]);
    expect(row).toStrictEqual({
      name: 'raw',
      size: 4,
      p50Us: null,
      p50X: null,
      callsPerS: null,
      callsX: null,
      cpuPer1000: null,
      cpuX: null,
      noise: { p50: null, calls: null, cpu: null },
      share: 0.98,
    });
  });

  it('has no ratio where bare NATS was too cheap to be seen', () => {
    const [, row] = toRows(1, [round({ [RAW]: { cpuPer1000: 0 }, ask: { cpuPer1000: 0.2 } })]);
    expect(row).toMatchObject({ cpuPer1000: 0.2, cpuX: null });
  });

  it('tells the noise of the ratios, and for bare NATS of the figures', () => {
    const rows = toRows(1, [
      round({ [RAW]: { p50Us: 100 }, ask: { p50Us: 200 } }),
      round({ [RAW]: { p50Us: 200 }, ask: { p50Us: 400 } }),
    ]);
    expect(rows.map(({ noise }) => noise?.p50)).toEqual([0.3333, 0]);
  });
});

describe('statistics', () => {
  it('takes the mean of the two values in the middle of an even number', () => {
    expect([median([]), median([7]), median([9, 1, 2]), median([4, 1, 3, 2])]).toEqual([null, 7, 2, 2.5]);
  });

  it('takes a quantile from values in any order', () => {
    const values = Array.from({ length: 100 }, (_, index) => 99 - index);
    expect([quantile(values, 0.5), quantile(values, 0.99), quantile(values, 1), quantile([], 0.5)]).toEqual([
      50,
      99,
      99,
      undefined,
    ]);
  });

  it('knows no spread of one value', () => {
    expect([halfSpread([5]), halfSpread([8, 12])]).toEqual([null, 0.2]);
  });
});
