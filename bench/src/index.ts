export type { Pace, Scenario } from './bench.ts';
export { median } from './measure/statistics.ts';
export { Report, type Row } from './report.ts';
export { type RunBenchOptions, runBench } from './run-bench.ts';
export { SCENARIOS } from './scenarios.ts';
