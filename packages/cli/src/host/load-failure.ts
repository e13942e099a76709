import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BatonError } from '@baton/runtime';

/** Says in one line why a module could not be loaded: what an author needs, without the loader's stack. */
export async function explainLoadFailure(url: string, name: string, thrown: unknown): Promise<BatonError> {
  if (thrown instanceof BatonError || isForeignBatonError(thrown)) {
    const { code, message } = BatonError.from(thrown);
    return new BatonError(code, `${name}: ${message}`, { cause: thrown });
  }
  const { code, message } = asError(thrown);
  const missing = missingPackage(code, message);
  if (missing !== undefined) {
    return new BatonError('FAILED_PRECONDITION', howToInstall(url, name, missing), { cause: thrown });
  }
  const place = thrown instanceof SyntaxError ? await syntaxErrorPlace(url, name, message) : undefined;
  const isPlain = !(thrown instanceof Error) || thrown.name === 'Error' || isRuntimeCheck(thrown);
  const kind = isPlain ? '' : `${thrown.name}: `;
  return new BatonError('INVALID_ARGUMENT', `${place ?? name} cannot be loaded: ${kind}${oneLine(message)}`, {
    cause: thrown,
  });
}

/** The package an import or a `require` did not find; a file that is missing is no package. */
function missingPackage(code: string | undefined, message: string): string | undefined {
  if (code === 'ERR_MODULE_NOT_FOUND') return /^Cannot find package '([^']+)'/.exec(message)?.[1];
  if (code === 'MODULE_NOT_FOUND') return /^Cannot find module '([^./'][^']*)'/.exec(message)?.[1];
  return undefined;
}

function howToInstall(url: string, name: string, missing: string): string {
  const folder = dirname(fileURLToPath(url));
  const advice =
    missing === '@baton/runtime'
      ? `install @baton/runtime in ${folder} or a folder above it, or move the file to where it is installed`
      : `install it there: npm install ${missing}`;
  return `${name} imports "${missing}", which cannot be found from ${folder}; ${advice}`;
}

/**
 * Node keeps the place of a syntax error in an imported module to itself, but prints it when it checks the text alone. Its
 * word counts only if it means the same error: one in a file imported from there is not found this way.
 */
async function syntaxErrorPlace(url: string, name: string, message: string): Promise<string | undefined> {
  const path = url.startsWith('file:') ? fileURLToPath(url) : '';
  if (!/\.m?js$/.test(path)) return undefined;
  const text = await readFile(path);
  const said = await new Promise<string>((resolve) => {
    const args = ['--check', '--input-type=module', '-'];
    const check = execFile(process.execPath, args, (_error, _stdout, stderr) => resolve(stderr));
    check.stdin?.on('error', () => {}).end(text);
  });
  const line = /^\[stdin\]:(\d+)/.exec(said)?.[1];
  return line !== undefined && said.includes(message) ? `${name}:${line}` : undefined;
}

/** What the runtime itself has to say about an agent's parts; its messages stand alone. */
function isRuntimeCheck({ name, stack = '' }: Error): boolean {
  if (name !== 'TypeError') return false;
  const origin = stack.split('\n').find((line) => /^\s+at /.test(line)) ?? '';
  // A stack names the sources, wherever below the package what is loaded lies.
  const own = /^file:\/\/(.*\/)(?:dist|src)\//.exec(import.meta.resolve('@baton/runtime'))?.[1];
  return [own, '/@baton/runtime/'].some((place) => place !== undefined && origin.includes(place));
}

/** An error of another copy of the runtime. */
function isForeignBatonError(thrown: unknown): boolean {
  return thrown instanceof Error && (thrown.name === 'BatonError' || thrown.name === 'HandoffError');
}

function asError(thrown: unknown): { code?: string | undefined; message: string } {
  if (!(thrown instanceof Error)) return { message: `it threw ${String(thrown)}` };
  return {
    code: (thrown as NodeJS.ErrnoException).code,
    message: thrown.message || 'an error without a message',
  };
}

/** esbuild, which tsx uses, begins with a headline and puts each error on a line of its own. */
function oneLine(message: string): string {
  const lines = message.split('\n').filter((line) => line.trim() !== '');
  const [headline = '', ...rest] = lines;
  return /^Transform failed/.test(headline) && rest[0] ? rest[0] : headline;
}
