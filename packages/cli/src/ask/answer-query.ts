import { createInterface } from 'node:readline';
import { BatonError, type OnQuery } from '@baton/runtime';
import { paint } from '../terminal/paint.ts';
import { printable } from '../terminal/printable.ts';
import { type AskRequest, readsStdin } from './flags.ts';

/**
 * Lets a person answer what agents ask back: each question goes to stderr, the next line of stdin is its answer.
 * Undefined where nobody is there to answer: no terminal and no `--interactive`, or stdin holds the question itself.
 */
export function answerQuery({ question, flags }: AskRequest): OnQuery | undefined {
  if (readsStdin(question) || flags.durable || !(flags.interactive ?? process.stdin.isTTY)) return undefined;
  let lines: AsyncIterator<string> | undefined;
  return async ({ prompt }) => {
    lines ??= createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    process.stderr.write(`\n${paint('bold', printable(prompt))}\n> `);
    const { value, done } = await lines.next();
    if (done) throw new BatonError('FAILED_PRECONDITION', 'the agent asks back and stdin has no more lines');
    return value;
  };
}
