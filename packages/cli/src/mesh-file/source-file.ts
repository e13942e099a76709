import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import { invalidFile, type Problem } from './problem.ts';

/** Keys and indexes from the top of a file down. */
export type Path = readonly PropertyKey[];

/** A YAML file as read, with what is needed to say where something stands in it. */
export interface SourceFile {
  /** As the user would name it. */
  readonly name: string;
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

/** @throws {BatonError} INVALID_ARGUMENT naming the lines that are no YAML, or that say a thing twice. */
export function parseSource(name: string, text: string): SourceFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problems: Problem[] = document.errors.map(({ pos, code, message }) => ({
    line: lines.linePos(pos[0]).line,
    text: explain(code, message, text.slice(pos[0])),
  }));
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document)) return;
      const line = lines.linePos(alias.range?.[0] ?? 0).line;
      problems.push({
        line,
        text: `"*${alias.source}" refers to nothing; expected "&${alias.source}" before it`,
      });
    },
  });
  if (problems.length > 0) throw invalidFile(name, problems);
  return { name, document, lines };
}

/** The line of a key, or of the nearest one above it that is there. */
export function lineOf({ document, lines }: SourceFile, path: Path): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const part of path) {
    const next = isMap(node)
      ? inMap(node.items, part)
      : isSeq(node)
        ? { node: node.items[Number(part)] }
        : {};
    const found = 'key' in next ? next.key : next.node;
    if (!isNode(found)) break;
    offset = found.range?.[0] ?? offset;
    node = next.node;
  }
  return lines.linePos(offset).line;
}

function inMap(pairs: readonly Pair[], part: PropertyKey): { key?: unknown; node?: unknown } {
  const pair = pairs.find(({ key }) => String(isScalar(key) ? key.value : key) === part);
  return pair ? { key: pair.key, node: pair.value } : {};
}

function explain(code: string, message: string, from: string): string {
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here; expected one';
  if (code !== 'DUPLICATE_KEY') return `this is no YAML: ${message}`;
  const key = (/^[^:\n]*/.exec(from)?.[0] ?? '').trim().replace(/^["']|["']$/g, '');
  return `the key ${JSON.stringify(key)} stands here a second time; expected each key once`;
}
