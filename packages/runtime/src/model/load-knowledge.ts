import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BatonError } from '../wire/error.ts';
import { parseArticle } from './article.ts';
import type { Knowledge } from './knowledge.ts';
import { loadKnowledgeIndex } from './late.ts';

/**
 * Reads and indexes every `.md` file of a folder, in the order of their names; sub-folders are not read.
 * @throws {BatonError} INVALID_ARGUMENT when the folder is missing or holds no article with text
 */
export async function loadKnowledge(folder: string | URL): Promise<Knowledge> {
  const path = typeof folder === 'string' ? folder : fileURLToPath(folder);
  const names = (await listFolder(path)).filter((name) => name.toLowerCase().endsWith('.md')).sort();
  const read = names.map(async (name) =>
    parseArticle(name.slice(0, -3), await readFile(join(path, name), 'utf8')),
  );
  const articles = (await Promise.all(read)).filter((article) => article.paragraphs.length > 0);
  if (articles.length === 0) {
    throw new BatonError('INVALID_ARGUMENT', `no article in the knowledge folder ${path}: ${EXPECTED}`);
  }
  // The index is for agents that have articles; the others do not wait for it at their start.
  const { Knowledge } = await loadKnowledgeIndex();
  return new Knowledge(articles);
}

const EXPECTED = 'expected one or more .md files, each with a "# Title" and text below it';

async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (cause) {
    const problem = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : 'cannot be read';
    throw new BatonError('INVALID_ARGUMENT', `the knowledge folder ${path} ${problem}: ${EXPECTED}`, {
      cause,
    });
  }
}
