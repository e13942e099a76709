import type { HandoffRecord, RunResult } from '@baton/runtime';
import { paint } from '../terminal/paint.ts';
import { printable } from '../terminal/printable.ts';

/** One hop of an answer, with the hops its target made in turn. */
interface Hop {
  readonly from: string;
  readonly to: string;
  readonly durationMs: number;
  readonly success: boolean;
  readonly code: string | undefined;
  readonly hops: Hop[];
}

type Asked = Pick<RunResult, 'durationMs' | 'success' | 'error' | 'handoffs'>;

/**
 * The tree of hops of an answer. Records come in the order the handoffs began, so a hop belongs to the latest one
 * whose target it starts from; one whose source is nowhere on the path hangs below the question itself.
 */
function traceTree(asked: string, result: Asked): Hop {
  const root = toHop({ ...result, from: 'client', to: asked });
  const path = [root];
  for (const record of result.handoffs) {
    const source = path.findLastIndex(({ to }) => bareName(to) === bareName(record.from));
    path.length = Math.max(source, 0) + 1;
    const hop = toHop(record);
    path.at(-1)?.hops.push(hop);
    // An agent that is on the path already was refused as a loop: nothing can hang below it.
    if (!path.some(({ to }) => bareName(to) === bareName(hop.to))) path.push(hop);
  }
  return root;
}

/** The tree as lines, each hop indented below the one it came from. */
export function traceLines(asked: string, result: Asked): string[] {
  return linesOf(traceTree(asked, result), '');
}

function linesOf({ from, to, durationMs, success, code, hops }: Hop, indent: string): string[] {
  const outcome = success ? paint('green', '✓') : paint('red', `✗ ${code ?? 'INTERNAL'}`);
  const line = `${indent}${printable(`${from} -> ${to}`)} ${Math.round(durationMs)} ms ${outcome}`;
  return [line, ...hops.flatMap((hop) => linesOf(hop, `${indent}  `))];
}

function toHop(record: Pick<HandoffRecord, 'from' | 'to' | 'durationMs' | 'success' | 'error'>): Hop {
  const { from, to, durationMs, success, error } = record;
  return { from, to, durationMs, success, code: error?.code, hops: [] };
}

/** A source is a bare name, a target may be written `owner/agent`. */
function bareName(address: string): string {
  return address.slice(address.indexOf('/') + 1);
}
