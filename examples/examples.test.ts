import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));
const numbered = readdirSync(here).filter((name) => /^\d\d-.*\.m?[jt]s$/.test(name));
const seed = readdirSync(`${here}/seed`).filter((name) => name.endsWith('.ts'));

/** Runs a program to its end; rejects when one of its checks does not hold. */
async function run(program: string): Promise<string> {
  const env = { ...process.env, NATS_URL: inject('broker') };
  const compiler = program.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const { stdout } = await promisify(execFile)(process.execPath, [...compiler, program], { cwd: here, env });
  return stdout;
}

it('finds the examples', () => {
  expect(numbered.length).toBeGreaterThanOrEqual(4);
  expect(seed.length).toBeGreaterThanOrEqual(12);
});

it.each(numbered)('%s runs and its own checks hold', async (program) => {
  expect(await run(program)).not.toBe('');
});

// Each has an owner of its own: they can run side by side.
it.concurrent.each(seed)('seed/%s runs and its own checks hold', async (program) => {
  expect(await run(`seed/${program}`)).not.toBe('');
});

describe('docs/handoffs.md', () => {
  const page = readFileSync(`${root}/docs/handoffs.md`, 'utf8');
  const snippets = [...page.matchAll(/^(.*)\n\n```[jt]s\n([\s\S]*?)^```$/gm)].map(
    ([, before = '', code = '']) => ({
      file: /`(examples\/[\w/-]+\.m?[jt]s)`/.exec(before)?.[1] ?? `(no file in "${before}")`,
      code,
    }),
  );

  it('has a snippet of every program, each introduced by the name of its file', () => {
    const files = new Set(snippets.map(({ file }) => file));
    expect([...files].sort()).toEqual(expect.arrayContaining(seed.map((name) => `examples/seed/${name}`)));
    expect(snippets).toHaveLength(page.match(/^```[jt]s$/gm)?.length ?? 0);
  });

  it.each(snippets)('quotes $file as it stands', ({ file, code }) => {
    expect(readFileSync(`${root}/${file}`, 'utf8')).toContain(code);
  });
});
