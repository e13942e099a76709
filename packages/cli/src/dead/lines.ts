import type { DeadLetter } from '@baton/runtime';
import { printable } from '../terminal/printable.ts';
import { type Column, formatTable } from '../terminal/table.ts';

const MAX_CAUSE = 60;

/** The dead letters as a table. `now` is milliseconds since the epoch. */
export function listLines(letters: readonly DeadLetter[], now: number): string[] {
  const columns: Column<DeadLetter>[] = [
    { title: 'ID', text: ({ id }) => id },
    { title: 'AGENT', text: ({ agent }) => agent },
    { title: 'AGE', align: 'right', text: ({ at }) => age(now - at) },
    { title: 'ATTEMPTS', align: 'right', text: ({ attempts }) => String(attempts.length) },
    { title: 'CODE', text: ({ cause }) => cause.code },
    { title: 'CAUSE', text: ({ cause }) => cut(cause.message.split('\n')[0] ?? '') },
  ];
  return formatTable(columns, letters);
}

/** One dead letter in full: why, what was tried, and the request. */
export function letterLines(letter: DeadLetter): string[] {
  const { id, agent, at, cause, attempts, request } = letter;
  return [
    `id       ${id}`,
    `agent    ${agent}`,
    `given up ${new Date(at).toISOString()}`,
    `cause    ${cause.code}: ${cause.message}`,
    ...attempts.map((attempt, n) => `attempt ${n + 1}: ${attemptLine(attempt)}`),
    `request  ${request}`,
  ].map(printable);
}

function attemptLine({
  startedAt,
  endedAt,
  end,
  error,
  pid,
  host,
  instance,
}: DeadLetter['attempts'][number]) {
  const began = new Date(startedAt).toISOString();
  const where = `instance ${instance}, pid ${pid} on ${host}`;
  if (end === undefined || endedAt === undefined)
    return `${began}, ${where}: the process died or stood still`;
  const why = error ? `: ${error.code}: ${error.message}` : '';
  return `${began}, ${where}: ${end} after ${endedAt - startedAt} ms${why}`;
}

function age(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1000)} s`;
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}

function cut(text: string): string {
  return text.length > MAX_CAUSE ? `${text.slice(0, MAX_CAUSE - 3)}...` : text;
}
