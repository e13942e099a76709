/**
 * `npm run test:faults`: the fault suite. `--without <defence>` runs it with a defence left out of the program and is content only
 * if a test fails then; `--list` names the defences. What else is given goes to vitest: a file, `-t` and a title.
 */
import './check-node.mjs';
import { DEFENCES, withoutDefences } from '../../test/faults/support/defences.mjs';
import { build, fetchBroker, installPackages } from './prepare.mjs';
import { report } from './progress.mjs';
import { bin } from './root.mjs';
import { runVisibly } from './run.mjs';
import { writeTable } from './table.mjs';

const args = process.argv.slice(2).filter((arg) => arg !== '--');
if (args.includes('--list')) {
  for (const { name, what } of DEFENCES) console.log(`${name.padEnd(12)} ${what}`);
  process.exit(0);
}
const at = args.indexOf('--without');
const [, without = ''] = at < 0 ? [] : args.splice(at, 2);

try {
  if (withoutDefences(without).length === 0 && at >= 0)
    throw new Error('--without needs a defence; see --list');
} catch (error) {
  console.error(`✗ ${error.message}`);
  process.exit(2);
}

try {
  await installPackages();
  await build();
  await fetchBroker();
} catch (error) {
  report(error);
  process.exit(error.status || 1);
}

const vitest = ['run', '--config', 'vitest.faults.config.mjs', ...args];
const status = await runVisibly(bin('vitest'), vitest, { env: { BATON_WITHOUT: without } });
if (without !== '') {
  console.log(
    status === 0 ? `✗ no test misses "${without}"` : `✓ without "${without}" it fails, as it should`,
  );
  process.exit(status === 0 ? 1 : 0);
}
// Part of the suite, or a suite that failed, says nothing about the promises.
if (status === 0) await writeTable();
process.exit(status);
