import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

export const inRoot = (...path) => join(root, ...path);

/** A program that the packages brought along. */
export const bin = (name) => inRoot('node_modules', '.bin', name);

/** The environment of everything that is run: turbo looks for pnpm on the PATH, where a bare machine has none. */
export function toolEnv(more = {}) {
  const PATH = [inRoot('node_modules', '.bin'), process.env.PATH].join(delimiter);
  return { ...process.env, PATH, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', ...more };
}
