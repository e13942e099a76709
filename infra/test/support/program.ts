import { readdirSync } from 'node:fs';
import { createProgram } from '../../../packages/cli/src/program.ts';
import { inRepository, textAt } from './repository.ts';

type Command = ReturnType<typeof createProgram>;

/** What `baton`'s own parser has against a command line; undefined when it takes it. Nothing is run. */
export function refusal(words: readonly string[]): string | undefined {
  const program = createProgram();
  disarm(program);
  try {
    program.parse(words, { from: 'user' });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether the program looks at an environment variable of that name. */
export function readsVariable(name: string): boolean {
  const read = new RegExp(`\\benv\\.${name}\\b|\\{[^}]*\\b${name}\\b[^}]*\\} = (?:process\\.)?env\\b`);
  return sources().some((source) => read.test(source));
}

function disarm(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  if (command.commands.length === 0) command.action(() => {});
  for (const each of command.commands) disarm(each as Command);
}

function sources(): string[] {
  return ['runtime', 'cli'].flatMap((name) => {
    const folder = ['packages', name, 'src'];
    const files = readdirSync(inRepository(...folder), { recursive: true, encoding: 'utf8' });
    return files.filter((file) => file.endsWith('.ts')).map((file) => textAt(...folder, file));
  });
}
