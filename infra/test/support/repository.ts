import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** A path of the repository, absolute. */
export const inRepository = (...path: string[]) => join(ROOT, ...path);

/** A file of the repository, as text. */
export const textAt = (...path: string[]) => readFileSync(inRepository(...path), 'utf8');
