import { readFileSync } from 'node:fs';
import { bin, inRoot } from './root.mjs';
import { run } from './run.mjs';

/** As `package.json` names it, without a checksum: "pnpm@10.34.8". */
function pinned() {
  const { packageManager } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  return packageManager.split('+')[0];
}

/** Nothing is asked, by corepack either. */
const QUIETLY = { CI: 'true', COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' };
/** A pnpm of the right major works as it is; it need not fetch the pinned version of itself. npx's npm would warn of this setting. */
const AS_IT_IS = { npm_config_manage_package_manager_versions: 'false' };

/** How to run pnpm here: the installed one or one on the PATH, if of the right major; else npx with the pinned version. */
async function command() {
  const [, major] = /@(\d+)/.exec(pinned());
  for (const program of [bin('pnpm'), 'pnpm']) {
    const env = { ...QUIETLY, ...AS_IT_IS };
    const { status, output } = await run(program, ['--version'], { env });
    if (status === 0 && output.trim().split('\n').at(-1).startsWith(`${major}.`))
      return { program, first: [], env };
  }
  return { program: 'npx', first: ['--yes', pinned()], env: QUIETLY };
}

/** Runs pnpm; its result is `run`'s. */
export async function pnpm(args, { onLine } = {}) {
  const { program, first, env } = await command();
  // With NODE_ENV=production pnpm would leave out what builds and tests.
  return run(program, [...first, ...args], { env: { ...env, NODE_ENV: 'development' }, onLine });
}
