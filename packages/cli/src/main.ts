import { createProgram } from './program.ts';
import { reportAndExit } from './report.ts';

createProgram()
  .parseAsync()
  .catch((thrown: unknown) => reportAndExit(thrown));
