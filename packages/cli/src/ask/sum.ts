import { writeOut } from '../terminal/output.ts';
import { paint } from '../terminal/paint.ts';
import { printable } from '../terminal/printable.ts';
import { formatTable } from '../terminal/table.ts';
import type { BatchSum, Tally } from './tally.ts';

/** Prints how a batch went: for people on stdout, or as one line of JSON there with the failures on stderr. */
export async function writeSum(tally: Tally, elapsedMs: number, json: boolean): Promise<void> {
  const sum = tally.sum(elapsedMs);
  const failures = failureLines(tally, json ? process.stderr : process.stdout);
  if (json) {
    if (failures.length > 0) process.stderr.write(`${failures.join('\n')}\n`);
    await writeOut(`${JSON.stringify(sum)}\n`);
  } else {
    await writeOut(`${[headline(sum, tally.interrupted), ...agentLines(sum), ...failures].join('\n')}\n`);
  }
}

function headline({ answered, failed, seconds, perSecond }: BatchSum, interrupted: number): string {
  const cutOff = interrupted > 0 ? `, ${interrupted} interrupted` : '';
  return `${answered} answered, ${failed} failed${cutOff} in ${seconds.toFixed(1)} s (${perSecond.toFixed(1)} per second)`;
}

function agentLines({ byAgent }: BatchSum): string[] {
  const rows = Object.entries(byAgent);
  if (rows.length === 0) return [];
  const columns = [
    { title: 'AGENT', text: ([agent]: [string, number]) => agent },
    { title: 'ROWS', align: 'right', text: ([, count]: [string, number]) => String(count) },
  ] as const;
  return ['', ...formatTable(columns, rows)];
}

function failureLines(tally: Tally, stream: NodeJS.WriteStream): string[] {
  const lines = tally.failures().map(({ code, count, row, message }) => {
    const rows = count === 1 ? '1 row' : `${count} rows`;
    return `${paint('red', code, stream)}: ${rows}, first row ${row}: ${printable(message)}`;
  });
  return lines.length > 0 ? ['', ...lines] : [];
}
