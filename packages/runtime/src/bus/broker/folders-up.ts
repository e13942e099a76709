import { dirname, resolve } from 'node:path';

/** `from` and every folder above it, nearest first, up to the root. */
export function foldersUp(from: string): string[] {
  const folders = [resolve(from)];
  for (;;) {
    const last = folders[folders.length - 1] as string;
    const above = dirname(last);
    if (above === last) return folders;
    folders.push(above);
  }
}
