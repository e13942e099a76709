import { readFile, writeFile } from 'node:fs/promises';
import { Report } from '@baton/bench';
import { BatonError } from '@baton/runtime';

/** One object a line, as `--json` prints them. */
export function toLines(reports: readonly Report[]): string {
  return reports.map((report) => `${JSON.stringify(report)}\n`).join('');
}

/** @throws {BatonError} INVALID_ARGUMENT when it cannot be written. */
export async function saveReports(file: string, reports: readonly Report[]): Promise<void> {
  try {
    await writeFile(file, toLines(reports));
  } catch (cause) {
    throw new BatonError('INVALID_ARGUMENT', `--save: ${(cause as Error).message}`, { cause });
  }
}

/** Reads what `--save` or `--json` has written. @throws {BatonError} INVALID_ARGUMENT naming the line that is none. */
export async function readReports(file: string): Promise<Report[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new BatonError('INVALID_ARGUMENT', `--compare: ${(cause as Error).message}`, { cause });
  }
  const reports: Report[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const report = Report.safeParse(parse(line));
    if (!report.success) {
      const message = `--compare: line ${index + 1} of ${file} is no report of "baton bench --json"`;
      throw new BatonError('INVALID_ARGUMENT', message);
    }
    reports.push(report.data);
  }
  return reports;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
