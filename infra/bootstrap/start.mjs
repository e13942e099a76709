import './check-node.mjs';
import { spawn } from 'node:child_process';
import { env } from 'node:process';
import { build, fetchBroker, installPackages } from './prepare.mjs';
import { report } from './progress.mjs';
import { inRoot, root, toolEnv } from './root.mjs';

/** One Ctrl-C comes several times: from the terminal, and again from npm, which passes it on. */
const SAME_SIGNAL_MS = 500;
const SIGNAL_STATUS = { SIGHUP: 129, SIGINT: 130, SIGKILL: 137, SIGTERM: 143 };

try {
  await installPackages();
  await build();
  // With a broker of the user's own none is started here.
  if (!env.NATS_URL) await fetchBroker();
} catch (error) {
  report(error);
  process.exit(error.status || 1);
}

const args = process.argv.slice(2);
if (!process.stdout.isTTY && !args.includes('--once')) args.push('--once');
const baton = inRoot('packages', 'cli', 'bin', 'baton.js');

// In a session of its own the child hears of a Ctrl-C from here alone, once, and this process waits for it to drain.
const child = spawn(process.execPath, [baton, 'up', 'mesh.yaml', '--try', ...args], {
  cwd: root,
  env: toolEnv(),
  stdio: 'inherit',
  detached: true,
});

let passedOnAt = Number.NEGATIVE_INFINITY;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (Date.now() - passedOnAt < SAME_SIGNAL_MS) return;
    passedOnAt = Date.now();
    // A closed terminal ends the mesh like a SIGTERM.
    child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
  });
}
child.once('error', (error) => {
  console.error(`✗ ${error.message}`);
  process.exit(1);
});
child.once('exit', (code, signal) => process.exit(code ?? SIGNAL_STATUS[signal] ?? 1));
