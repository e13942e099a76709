export type { Pace, Scenario } from './bench.ts';
export { median } from './measure/statistics.ts';
export { Report, type Row } from './report.ts';
export { type RunBenchOptions, runBench } from './run-bench.ts';
export { SCENARIOS } from './scenarios.ts';
export type { DispatchRow, RegistryRow, Simulation } from './simulate/report.ts';
export { simulate } from './simulate/simulate.ts';
