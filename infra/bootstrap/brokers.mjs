/** `npm run test:brokers`: the integration and the fault suite on the oldest nats-server that is supported and can be had here. */
import './check-node.mjs';
import { env } from 'node:process';
import { build, installPackages } from './prepare.mjs';
import { report, step } from './progress.mjs';
import { bin, inRoot } from './root.mjs';
import { run, runVisibly } from './run.mjs';
import { writeTable } from './table.mjs';

/** Debian's suite that holds it. */
const SUITE = 'trixie';

try {
  await installPackages();
  await build();
} catch (error) {
  report(error);
  process.exit(error.status || 1);
}

const broker = env.BATON_OLD_NATS_SERVER ?? (await fetchOldBroker());
const onOldBroker = { env: { BATON_NATS_SERVER: broker } };
const integration = await runVisibly(bin('vitest'), ['run', '--project', 'integration'], onOldBroker);
const faults = await runVisibly(bin('vitest'), ['run', '--config', 'vitest.faults.config.mjs'], onOldBroker);
if (faults === 0) await writeTable();
process.exit(integration || faults);

async function fetchOldBroker() {
  const baton = inRoot('packages', 'cli', 'bin', 'baton.js');
  const args = [baton, 'broker', 'install', '--suite', SUITE, '--json'];
  const { status, output } = await step(`nats-server of ${SUITE}`, (say) =>
    run(process.execPath, args, { onLine: say }),
  );
  if (status === 0) return JSON.parse(output.trim().split('\n').at(-1)).path;
  console.error(`${output}✗ BATON_OLD_NATS_SERVER may name one that is there already.`);
  process.exit(status);
}
