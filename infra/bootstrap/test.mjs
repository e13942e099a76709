import './check-node.mjs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, fetchBroker, installPackages } from './prepare.mjs';
import { live, report, seconds, step } from './progress.mjs';
import { bin } from './root.mjs';
import { run, runVisibly } from './run.mjs';
import { tally } from './tally.mjs';

const KNOWN = ['--no-browser'];
const unknown = process.argv.slice(2).filter((arg) => arg !== '--' && !KNOWN.includes(arg));
if (unknown.length > 0) {
  console.error(`✗ npm test does not know ${unknown.join(' ')}; it takes ${KNOWN.join(' ')}.`);
  process.exit(2);
}

const total = { passed: 0, failed: 0 };
const count = ({ passed, failed }) => {
  total.passed += passed;
  total.failed += failed;
};

/** One plain line for each finished step, so that a log can be read. */
function finished(name, { start, failed, more = '' }) {
  console.log(`${failed ? '✗' : '✓'} ${name} ${seconds(Date.now() - start)}${more}`);
}

/** Something later steps stand on; false when it failed. Only a failure counts, unless `counts`. */
async function prepared(name, work, { counts = false } = {}) {
  const start = Date.now();
  try {
    await work();
  } catch (error) {
    report(error);
    count({ passed: 0, failed: 1 });
    finished(name, { start, failed: true });
    return false;
  }
  if (counts) count({ passed: 1, failed: 0 });
  // On a terminal the step has said so itself.
  if (!live) finished(name, { start, failed: false });
  return true;
}

/** One tool that says yes or no; what it prints is shown when it says no. */
async function check(name, command, args) {
  const start = Date.now();
  const { status, output } = await step(name, () => run(bin(command), args), { ends: false });
  if (status !== 0) process.stdout.write(output.endsWith('\n') ? output : `${output}\n`);
  count(status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 });
  finished(name, { start, failed: status !== 0 });
}

async function suites() {
  const folder = mkdtempSync(join(tmpdir(), 'baton-gate-'));
  const file = join(folder, 'report.json');
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const start = Date.now();
  try {
    // On a terminal vitest's own live report says how far it is; in a log only its failures matter, without colours.
    const { status, output } = live
      ? { status: await runVisibly(bin('vitest'), args), output: '' }
      : await run(bin('vitest'), [...args, '--no-color']);
    const { passed, failed, note } = tally(file, status);
    if (failed > 0) process.stdout.write(output);
    count({ passed, failed });
    const more = `: ${passed} passed, ${failed} failed${note ? ` (${note})` : ''}`;
    finished('tests', { start, failed: failed > 0, more });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function gate() {
  if (!(await prepared('packages', installPackages))) return;
  if (!(await prepared('build', build, { counts: true }))) return;
  await prepared('nats-server', fetchBroker);
  await check('biome', 'biome', ['check', '--error-on-warnings', '.']);
  await check('types', 'tsc', ['-p', 'tsconfig.check.json']);
  await check('knip', 'knip', []);
  await suites();
}

await gate();
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
