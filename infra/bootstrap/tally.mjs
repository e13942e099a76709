import { readFileSync } from 'node:fs';

/**
 * What vitest's JSON report counts, as `{ passed, failed }`. A file that could not be loaded, an error outside of every test, a
 * report that is missing and a run of no test are each one failure: nothing that went wrong counts as green.
 */
export function tally(file, status) {
  let report;
  try {
    report = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, note: 'vitest left no report' };
  }
  let passed = 0;
  let failed = 0;
  for (const { status: fileStatus, assertionResults } of report.testResults) {
    const red = assertionResults.filter((test) => test.status === 'failed').length;
    passed += assertionResults.filter((test) => test.status === 'passed').length;
    failed += fileStatus === 'failed' ? Math.max(red, 1) : red;
  }
  if (passed + failed === 0) return { passed, failed: 1, note: 'vitest ran no test' };
  if (failed === 0 && status !== 0) return { passed, failed: 1, note: `vitest ended with status ${status}` };
  return { passed, failed };
}
