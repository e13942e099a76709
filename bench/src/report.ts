import { z } from 'zod';

const figure = z.number().nullable();

/** One thing measured at one size. `X` is the ratio to bare NATS in the same round; null where a figure does not apply. */
export const Row = z.looseObject({
  /** `raw` is bare NATS. */
  name: z.string(),
  /** What grows: bytes, chunks, hops, processes or agents, as the scenario says. */
  size: z.number(),
  /** One call at a time, microseconds. */
  p50Us: figure,
  p50X: figure,
  /** With many in flight. */
  callsPerS: figure,
  callsX: figure,
  /** CPU seconds of all processes for 1000 calls, with many in flight. */
  cpuPer1000: figure,
  cpuX: figure,
  /** Half the distance between the lowest and the highest round, as a share of the median; of the ratios, where there is one. */
  noise: z.looseObject({ p50: figure, calls: figure, cpu: figure }).optional(),
  /** The hundredth slowest call, microseconds. */
  p99Us: z.number().optional(),
  /** Of what the slots could do at best. */
  share: z.number().optional(),
  /** Resident memory of a process at rest, megabytes. */
  rssMb: z.number().optional(),
  /** Of one core, while nobody calls. */
  cpuShare: z.number().optional(),
});
export type Row = z.infer<typeof Row>;

/** What one scenario has found. */
export const Report = z.looseObject({
  scenario: z.string(),
  rounds: z.number(),
  rows: z.array(Row),
});
export type Report = z.infer<typeof Report>;
