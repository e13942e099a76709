import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url));

it('stands on the one runtime of the program, and brings no package along', async () => {
  const script = `
    import { Skill } from '@baton/runtime';
    import { DiscoverySkill, MemorySkill } from '@baton/skills';
    console.log(new DiscoverySkill() instanceof Skill, new MemorySkill() instanceof Skill);
  `;
  const args = ['--input-type=module', '--eval', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: PACKAGE });
  expect(stdout).toBe('true true\n');

  const bundle = await readFile(new URL('../../dist/bundle/index.js', import.meta.url), 'utf8');
  const imports = [...bundle.matchAll(/^(?:import|export) [^;]*?["']([^"']+)["'];/gm)].map(
    ([, name]) => name,
  );
  expect(imports.filter((name) => !name?.startsWith('node:')).sort()).toEqual([
    '@baton/runtime',
    '@baton/runtime/wire',
  ]);
});
