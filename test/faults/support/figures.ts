import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One promise and what was measured of it. */
export interface Figure {
  /** Its place in the table: "T5". */
  readonly test: string;
  readonly promise: string;
  readonly measured: string;
  /** Version of the broker it was measured on. */
  readonly broker: string;
}

const FILE = fileURLToPath(new URL('../../../.baton/faults/figures.json', import.meta.url));

/** Notes a figure for the table in docs/reliability.md; a later one for the same test and broker takes its place. */
export async function note(figure: Figure): Promise<void> {
  const known = JSON.parse(await readFile(FILE, 'utf8').catch(() => '[]')) as Figure[];
  const others = known.filter(
    ({ test, promise, broker }) =>
      test !== figure.test || promise !== figure.promise || broker !== figure.broker,
  );
  await mkdir(dirname(FILE), { recursive: true });
  await writeFile(FILE, `${JSON.stringify([...others, figure], null, 2)}\n`);
}

/** Median and largest of times in milliseconds, as they stand in the table. */
export function spread(times: readonly number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const seconds = (ms: number | undefined) => `${((ms ?? 0) / 1000).toFixed(2)} s`;
  return `median ${seconds(sorted[Math.floor(sorted.length / 2)])}, longest ${seconds(sorted.at(-1))}`;
}
