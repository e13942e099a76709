import { isMap, isSeq } from 'yaml';
import type { z } from 'zod';
import { didYouMean } from '../did-you-mean.ts';
import type { Problem } from './problem.ts';
import { AgentEntry, MeshFile, ScaleEntry, TryEntry } from './schema.ts';
import { lineOf, type Path, type SourceFile } from './source-file.ts';

/** Says of something the schema refused where it stands, what is there, and what was expected. */
export function describeIssue(file: SourceFile, issue: z.core.$ZodIssue): Problem[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(file, path, key));
  const isKey = issue.code === 'invalid_key';
  const expected = isKey ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  const text = `${isKey ? wrongKey(path) : wrongValue(file, path)}; expected ${expected}`;
  return [{ line: lineOf(file, path), text }];
}

function unknownKey(file: SourceFile, path: Path, key: string): Problem {
  const known = knownKeys(path);
  const where = path.length === 0 ? 'the file' : `"${path.join('.')}"`;
  const text = `${where} takes no key "${key}"${didYouMean(key, known)}; expected one of: ${known.join(', ')}`;
  return { line: lineOf(file, [...path, key]), text };
}

/** The keys the schema knows at a place: its own shape, so that it cannot drift from what is accepted. */
function knownKeys(path: Path): string[] {
  if (path[0] === 'agents' && path[2] === 'scale') return Object.keys(ScaleEntry.in.shape);
  const schema = path.length === 0 ? MeshFile : path[0] === 'try' ? TryEntry : AgentEntry;
  return Object.keys(schema.shape);
}

const wrongKey = (path: Path) =>
  `"${path.slice(0, -1).join('.')}" has the key ${JSON.stringify(path.at(-1))}`;

function wrongValue({ document }: SourceFile, path: Path): string {
  const key = path.length === 0 ? 'the file' : `"${path.join('.')}"`;
  const value: unknown = path.length === 0 ? document.contents : document.getIn(path);
  if (value === undefined) return `${key} is missing`;
  if (value === null || (isMap(value) && value.items.length === 0)) return `${key} is empty`;
  if (isMap(value)) return `${key} has keys below it`;
  if (isSeq(value)) return `${key} is a list`;
  return `${key} is ${shorten(JSON.stringify(path.length === 0 ? document.toJS() : value))}`;
}

const shorten = (text: string) => (text.length > 80 ? `${text.slice(0, 77)}...` : text);
