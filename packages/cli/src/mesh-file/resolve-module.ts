import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** The module a specifier names, or why it names none; the problem reads after the specifier. */
export type Resolved = { readonly url: string } | { readonly problem: string };

const run = promisify(execFile);

/** Resolves `argv` as an import statement in the working folder would, with whatever conditions Node has there. */
const RESOLVE = `
const answers = process.argv.slice(1).map((specifier) => {
  try { return { url: import.meta.resolve(specifier) }; } catch (error) { return { problem: error.message }; }
});
process.stdout.write(JSON.stringify(answers));`;

/** Whether a specifier is a file's path, not a package's name. */
export function isPath(specifier: string): boolean {
  return /^\.{0,2}\//.test(specifier) || specifier.startsWith('file:') || isAbsolute(specifier);
}

/** Resolves modules as seen from `folder`, in order; files must exist. Nothing is loaded. */
export async function resolveModules(specifiers: readonly string[], folder: string): Promise<Resolved[]> {
  const packages = [...new Set(specifiers.filter((specifier) => !isPath(specifier)))];
  const answers = await resolvePackages(packages, folder);
  return await Promise.all(
    specifiers.map(async (specifier) => {
      if (isPath(specifier)) return await existing(fileUrl(specifier, folder));
      const answer = answers[packages.indexOf(specifier)] ?? { problem: 'is not found' };
      if ('url' in answer) return await existing(answer.url);
      return { problem: await explain(specifier, folder, answer.problem) };
    }),
  );
}

/** Only a module in that folder resolves from there, so a short process plays one: 40 ms, and only for packages. */
async function resolvePackages(packages: readonly string[], folder: string): Promise<Resolved[]> {
  if (packages.length === 0) return [];
  const args = ['--input-type=module', '--eval', RESOLVE, '--', ...packages];
  const { stdout } = await run(process.execPath, args, { cwd: folder });
  return JSON.parse(stdout) as Resolved[];
}

async function existing(url: string): Promise<Resolved> {
  if (!url.startsWith('file:')) return { problem: 'is no file and no installed package' };
  const path = fileURLToPath(url);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error.code ?? 'EIO');
  if (typeof found === 'string') {
    return {
      problem: found === 'ENOENT' ? `does not exist (${path})` : `cannot be read (${found}: ${path})`,
    };
  }
  return found.isFile() ? { url } : { problem: `is a folder, not a module (${path})` };
}

async function explain(specifier: string, folder: string, problem: string): Promise<string> {
  const asFile = await existing(fileUrl(specifier, folder));
  if ('url' in asFile) return `is no installed package; for the file write "./${specifier}"`;
  return `cannot be resolved: ${problem.replace(/ imported from .*$/s, '')}`;
}

function fileUrl(specifier: string, folder: string): string {
  return specifier.startsWith('file:') ? specifier : pathToFileURL(resolve(folder, specifier)).href;
}
