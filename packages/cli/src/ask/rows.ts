import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { BatonError } from '@baton/runtime';
import { CsvError, type Info, parse } from 'csv-parse';

/** One row of a batch. */
export interface Row {
  /** Counted from 1, the header not counted. */
  readonly row: number;
  readonly question: string;
  /** How far into the file the row ends. */
  readonly bytes: number;
}

/** The rows of a file, read as they are asked for. */
export interface Rows {
  /** Bytes of the whole file; 0 when it cannot be known, as for a pipe. */
  readonly size: number;
  /**
   * The next row; undefined after the last one.
   * @throws {BatonError} INVALID_ARGUMENT where the file is no CSV, with its line.
   */
  next(): Promise<Row | undefined>;
  close(): void;
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: Info;
}

/** A quote that is never closed must not pull the rest of a large file into memory. */
const MAX_ROW_BYTES = 16 * 1_048_576;

/**
 * Opens a CSV file (RFC 4180; a BOM, blank lines and stray quotes are forgiven) whose first row names the columns.
 * @throws {BatonError} INVALID_ARGUMENT when there is no such file, no such column (naming those there are), or no row.
 */
export async function openRows(path: string, column: string): Promise<Rows> {
  const { file, size } = await openFile(path);
  const parser = parse({
    bom: true,
    info: true,
    max_record_size: MAX_ROW_BYTES,
    // Files put together from several have several kinds of line break.
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  // The parser's iterator reports what goes wrong in the file.
  pipeline(file.createReadStream(), parser, () => {});
  const records: AsyncIterator<CsvRecord> = parser[Symbol.asyncIterator]();
  const next = () => nextRecord(records, path);
  try {
    const index = findColumn((await next())?.record, column, path);
    let first = await next();
    if (!first) throw invalid(`${JSON.stringify(path)} has no rows below the one that names the columns`);
    let row = 0;
    return {
      size,
      next: async () => {
        const found = first ?? (await next());
        first = undefined;
        if (!found) return undefined;
        row += 1;
        return { row, question: found.record[index] ?? '', bytes: found.info.bytes };
      },
      close: () => void parser.destroy(),
    };
  } catch (error) {
    parser.destroy();
    throw error;
  }
}

async function openFile(path: string): Promise<{ file: FileHandle; size: number }> {
  try {
    const file = await open(path);
    const stats = await file.stat();
    if (!stats.isDirectory()) return { file, size: stats.size };
    await file.close();
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(cause);
    throw invalid(`cannot read ${JSON.stringify(path)}: ${reason}`, cause);
  }
  throw invalid(`cannot read ${JSON.stringify(path)}: it is a folder`);
}

async function nextRecord(records: AsyncIterator<CsvRecord>, path: string): Promise<CsvRecord | undefined> {
  try {
    const { value, done } = await records.next();
    return done ? undefined : value;
  } catch (cause) {
    if (cause instanceof CsvError)
      throw invalid(`${JSON.stringify(path)} is no CSV: ${cause.message}`, cause);
    throw cause;
  }
}

function findColumn(header: readonly string[] | undefined, column: string, path: string): number {
  const names = header?.map((name) => name.trim()) ?? [];
  const index = names.indexOf(column.trim());
  if (index >= 0) return index;
  if (names.length === 0)
    throw invalid(`${JSON.stringify(path)} is empty; its first row must name the columns`);
  const there = names.map((name) => JSON.stringify(name)).join(', ');
  throw invalid(`${JSON.stringify(path)} has no column ${JSON.stringify(column)}; there are ${there}`);
}

function invalid(message: string, cause?: unknown): BatonError {
  return new BatonError('INVALID_ARGUMENT', message, { cause });
}
