import { createProgram } from './program.ts';

createProgram()
  .parseAsync()
  .catch(async (thrown: unknown) => (await import('./report.ts')).reportAndExit(thrown));
