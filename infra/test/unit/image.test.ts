import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { demoAgents } from '../support/demo.ts';
import { inRepository, textAt } from '../support/repository.ts';

interface Package {
  readonly packageManager: string;
  readonly bin: { readonly baton: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly scripts: { readonly build: string };
}

const packageAt = (...folder: string[]) => JSON.parse(textAt(...folder, 'package.json')) as Package;
const dockerfile = textAt('Dockerfile').replace(/\\\n\s*/g, '');
/** What follows a word at the beginning of a line. */
const all = (word: string) =>
  [...dockerfile.matchAll(new RegExp(`^${word} (.+)$`, 'gm'))].map(([, rest = '']) => rest);
const sent = textAt('.dockerignore')
  .split('\n')
  .flatMap((line) => (line.startsWith('!') ? line.slice(1) : []));

it('copies only what is in the repository and sent to the engine', () => {
  for (const file of sent) expect([file, existsSync(inRepository(file))]).toEqual([file, true]);
  const copied = all('COPY').filter((rest) => !rest.startsWith('--from'));
  const [files = '', everything] = copied;
  expect(everything).toBe('. .');
  expect(sent).toEqual(expect.arrayContaining(files.split(' ').slice(0, -1)));
});

it('sends every package of the workspace to the engine', () => {
  const { packages } = parse(textAt('pnpm-workspace.yaml')) as { packages: string[] };
  expect(sent).toEqual(expect.arrayContaining(packages.map((each) => each.replace('/*', ''))));
  expect(sent).toContain('tsconfig.base.json');
});

it('sends what the builds of the packages run', () => {
  const builds = readdirSync(inRepository('packages')).map(
    (name) => packageAt('packages', name).scripts.build,
  );
  const run = builds.flatMap((build) => /node \.\.\/\.\.\/(\S+)/.exec(build)?.[1] ?? []);
  expect(run).toContain('infra/build/bundle.mjs');
  for (const file of run) expect(sent).toContain(dirname(file));
});

it('sends neither what was built here nor what may hold a key', () => {
  const lines = textAt('.dockerignore').split('\n');
  expect(lines.find((line) => !line.startsWith('#'))).toBe('*');
  for (const kept of ['**/node_modules', '**/dist', '**/.env*', '**/.baton']) {
    expect(lines.indexOf(kept)).toBeGreaterThan(lines.findLastIndex((line) => line.startsWith('!')));
  }
});

it('runs the command as a user who is not root, by links to files that are there', () => {
  expect(all('USER')).toEqual(['1000']);
  expect(all('ENTRYPOINT')).toEqual(['["baton"]']);
  const links = [...dockerfile.matchAll(/ln -s \/baton\/(\S+) \/usr\/local\/bin\/(\S+)/g)];
  expect(links.map(([, , name]) => name)).toEqual(['baton', 'on-mesh']);
  for (const [, target = '', name = ''] of links) {
    expect(basename(target)).toMatch(new RegExp(`^${name}\\.`));
    expect(statSync(inRepository(target)).mode & 0o111).toBe(0o111);
  }
  expect(`./${links[0]?.[1]}`).toBe(packageAt('packages', 'cli').bin.baton.replace('./', './packages/cli/'));
});

it("has the demo's agents where only what is needed at run time is installed", () => {
  const { dependencies, packageManager } = packageAt();
  expect(packageManager).toMatch(/^pnpm@\d/);
  for (const module of demoAgents().values())
    expect(Object.keys(dependencies)).toContain(module.split('/').slice(0, 2).join('/'));
  expect(dockerfile).toMatch(/--offline --prod\n/);
});
