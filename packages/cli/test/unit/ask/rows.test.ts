import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openRows } from '../../../src/ask/rows.ts';

async function tempCsv(content: string | Uint8Array): Promise<AsyncDisposable & { path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-rows-'));
  const path = join(folder, 'rows.csv');
  await writeFile(path, content);
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

async function questionsOf(path: string, column: string): Promise<string[]> {
  const rows = await openRows(path, column);
  const questions: string[] = [];
  for (let row = await rows.next(); row; row = await rows.next()) {
    questions.push(row.question);
    expect(row.row).toBe(questions.length);
  }
  return questions;
}

describe('the rows of a CSV file', () => {
  it('are read through quotes, commas and line breaks in quotes', async () => {
    await using file = await tempCsv('id,text\n1,"a, ""b""\nc"\r\n2,plain\n');
    expect(await questionsOf(file.path, 'text')).toEqual(['a, "b"\nc', 'plain']);
  });

  it('are found behind a byte order mark', async () => {
    await using file = await tempCsv('\uFEFFtext,id\nhello,1\n');
    expect(await questionsOf(file.path, 'text')).toEqual(['hello']);
  });

  it('leave out blank lines, and keep short rows and rows without text', async () => {
    await using file = await tempCsv('id,text\n\n1,a\n\n2\n3,\n\n4,b,more\n\n');
    expect(await questionsOf(file.path, 'text')).toEqual(['a', '', '', 'b']);
  });

  it('keep a stray quote as it is', async () => {
    await using file = await tempCsv('id,text\n1,a 5" screen\n2,b\n');
    expect(await questionsOf(file.path, 'text')).toEqual(['a 5" screen', 'b']);
  });

  it('tell how far into the file they end, for the progress', async () => {
    await using file = await tempCsv('text\none\ntwo\n');
    const rows = await openRows(file.path, 'text');
    const ends = [(await rows.next())?.bytes, (await rows.next())?.bytes];
    expect(rows.size).toBe(13);
    expect(ends).toEqual([9, 13]);
  });

  it('are read as they are asked for: a file is not held in memory', async () => {
    await using file = await tempCsv(`text\n${'a question of forty characters or so....\n'.repeat(200_000)}`);
    const rows = await openRows(file.path, 'text');
    const first = await rows.next();
    expect(first?.bytes).toBeLessThan(1_000_000);
    rows.close();
  });

  it('do not open for a column there is not; the error names those there are', async () => {
    await using file = await tempCsv('id,text\n1,a\n');
    await expect(openRows(file.path, 'query')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('has no column "query"; there are "id", "text"'),
    });
  });

  it.each([
    ['an empty file', '', /is empty/],
    ['a quote that is never closed', '"text\nhello\n', /is no CSV/],
  ])('do not open for %s', async (_, content, message) => {
    await using file = await tempCsv(content);
    await expect(openRows(file.path, 'text')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
  });

  it('do not open for a file there is not, or a folder', async () => {
    await expect(openRows('/nowhere/at/all.csv', 'text')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'cannot read "/nowhere/at/all.csv": there is no such file',
    });
    await expect(openRows(tmpdir(), 'text')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
