import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pnpm } from './pnpm.mjs';
import { StepFailed, step } from './progress.mjs';
import { inRoot } from './root.mjs';

const STAMP = inRoot('node_modules', '.baton-stamp');

/** The folders of the workspace's own packages. */
export function workspacePackages() {
  const folders = readdirSync(inRoot('packages')).map((name) => `packages/${name}`);
  return ['bench', ...folders].filter((folder) => existsSync(inRoot(folder, 'package.json')));
}

/** Installs what the lockfile names, unless exactly that was installed before. */
export async function installPackages() {
  const wanted = stamp();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  await step('packages', async (say) => {
    const result = await pnpm(['install', '--frozen-lockfile', '--reporter=append-only'], {
      onLine: (line) => {
        const [, resolved, reused, downloaded] =
          /resolved (\d+), reused (\d+), downloaded (\d+)/.exec(line) ?? [];
        if (resolved) say(`${Number(reused) + Number(downloaded)} of ${Math.max(Number(resolved), total())}`);
      },
    });
    if (result.status !== 0) {
      const advice = 'If the network or the registry was away, run the same command again.';
      throw new StepFailed('installing the packages', { ...result, advice });
    }
  });
  writeFileSync(STAMP, wanted);
}

/** Changes whenever an install could: the lockfile, a manifest, the settings, the kind of machine. */
function stamp() {
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', 'package.json'];
  const manifests = workspacePackages().map((folder) => `${folder}/package.json`);
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of [...files, ...manifests]) {
    if (existsSync(inRoot(file))) hash.update(`${file}\n`).update(readFileSync(inRoot(file)));
  }
  return `${hash.digest('hex')}\n`;
}

/** How many packages the lockfile names; pnpm itself counts them only as it goes. */
function total() {
  const [, packages = ''] =
    /^packages:\n([\s\S]*?)^\S/m.exec(readFileSync(inRoot('pnpm-lock.yaml'), 'utf8')) ?? [];
  return packages.match(/^ {2}\S.*:$/gm)?.length ?? 0;
}
