import { existsSync } from 'node:fs';
import { env } from 'node:process';
import { workspacePackages } from './packages.mjs';
import { StepFailed, step } from './progress.mjs';
import { bin, inRoot } from './root.mjs';
import { run } from './run.mjs';

export { installPackages } from './packages.mjs';

/** Builds what changed; 0.2 s when nothing did. */
export async function build() {
  const all = workspacePackages().length;
  await step('build', async (say) => {
    const begun = new Set();
    const result = await run(bin('turbo'), ['run', 'build', '--output-logs=new-only'], {
      onLine: (line) => {
        const name = /^(@baton\/\S+?):build: cache /.exec(line)?.[1];
        if (name) say(`${name}, ${begun.add(name).size} of ${all}`);
      },
    });
    if (result.status !== 0) throw new StepFailed('the build', result);
  });
}

/** Sees to it that there is a nats-server: one that is there, else one fetched into `.baton/`. */
export async function fetchBroker() {
  if (env.BATON_NATS_SERVER || existsSync(inRoot('.baton', 'nats-server', 'nats-server'))) return;
  await step('nats-server', async (say) => {
    const baton = inRoot('packages', 'cli', 'bin', 'baton.js');
    const result = await run(process.execPath, [baton, 'broker', 'install'], { onLine: say });
    if (result.status !== 0) throw new StepFailed('getting nats-server', result);
  });
}
