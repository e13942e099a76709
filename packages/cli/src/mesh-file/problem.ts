import { BatonError } from '@baton/runtime';

/** One thing that is wrong with a file. */
export interface Problem {
  readonly line: number;
  /** What is there, and what was expected. */
  readonly text: string;
}

const MAX_SHOWN = 10;

/** The error for a file with problems: one `mesh.yaml:7: …` a line, from the top down. */
export function invalidFile(name: string, problems: readonly Problem[]): BatonError {
  const lines = [...problems]
    .sort((a, b) => a.line - b.line)
    .map(({ line, text }) => `${name}:${line}: ${text}`);
  const more = lines.length > MAX_SHOWN ? [`... and ${lines.length - MAX_SHOWN} more`] : [];
  return new BatonError('INVALID_ARGUMENT', [...lines.slice(0, MAX_SHOWN), ...more].join('\n'));
}
