import { z } from 'zod';
import { paint } from '../terminal/paint.ts';
import { printable } from '../terminal/printable.ts';
import { type Column, formatTable } from '../terminal/table.ts';

/** What is up, once everything is. */
export const MeshSummary = z.object({
  server: z.string(),
  agents: z.array(
    z.object({
      agent: z.string(),
      description: z.string(),
      pids: z.array(z.number()),
    }),
  ),
});
export type MeshSummary = z.infer<typeof MeshSummary>;

type Row = MeshSummary['agents'][number];

const MAX_PIDS = 4;
const INDENT = '  ';

/** What is up: a table for a person, one line for a script. */
export function summaryLines({ server, agents }: MeshSummary, isTerminal: boolean): string[] {
  const processes = agents.reduce((sum, { pids }) => sum + pids.length, 0);
  if (!isTerminal) return [`up ${server} agents=${agents.length} processes=${processes}`];
  const room = Math.max(20, (process.stdout.columns || 80) - INDENT.length);
  return ['', ...formatTable(COLUMNS, agents).map((line) => `${INDENT}${cut(line, room)}`), ''];
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'AGENT', text: ({ agent }) => agent },
  { title: 'REPLICAS', align: 'right', text: ({ pids }) => String(pids.length) },
  {
    title: 'PID',
    text: ({ pids }) => pids.slice(0, MAX_PIDS).join(' ') + (pids.length > MAX_PIDS ? ' ...' : ''),
  },
  { title: 'FOR', text: ({ description }) => description },
];

/** Commands worth trying, as lines. */
export interface Hints {
  readonly ask: { readonly agent: string; readonly question: string };
  /** An agent to scale. */
  readonly scale: string;
  /** What the other commands need to find this mesh; undefined when they find it by themselves. */
  readonly server: string | undefined;
  /** Added to "Try next". */
  readonly where: string;
  readonly stop: string;
}

export function hintLines({ ask, scale, server, where, stop }: Hints): string[] {
  const named = server === undefined ? '' : ` --server ${server}`;
  const commands = [
    `npx baton ask ${ask.agent} ${JSON.stringify(printable(ask.question))}${named}`,
    `npx baton ps${named}`,
    `npx baton scale ${scale}=3${named}`,
  ];
  return [
    paint('bold', `Try next${where}:`, process.stdout),
    ...commands.map((command) => `${INDENT}${paint('cyan', command, process.stdout)}`),
    stop,
  ];
}

const cut = (line: string, room: number) => (line.length > room ? `${line.slice(0, room - 1)}…` : line);
