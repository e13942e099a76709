import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A module as its user would name it: a file below the working folder by its relative path. */
export function displayName(url: string): string {
  if (!url.startsWith('file:')) return url;
  const path = fileURLToPath(url);
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}
