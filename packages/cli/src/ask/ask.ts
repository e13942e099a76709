import { failAsJson } from '../fail-as-json.ts';
import { catchInterrupt } from '../terminal/interrupt.ts';
import { endWhenReaderLeaves } from '../terminal/output.ts';
import type { AskFlags } from './flags.ts';

/**
 * The work of `baton ask`. Ends the process with the status of the answer: a connection's timers would keep it up for
 * another second.
 * @throws {BatonError} what went wrong, for the last line on stderr, unless `--json` has said it on stdout. With
 * `--batch` it is said in both places, but once a sum is out that stays the last line of stdout.
 */
export async function ask(agent: string, question: string | undefined, flags: AskFlags): Promise<never> {
  endWhenReaderLeaves();
  using interrupt = catchInterrupt();
  const request = { agent, question, flags, signal: interrupt.signal };
  if (flags.batch !== undefined) {
    const { askBatch } = await import('./batch.ts');
    const { status, stopped } = await failAsJson(flags.json, () => askBatch(request));
    if (stopped) throw stopped.error;
    process.exit(status);
  }
  const { askAloud, askForJson, submit } = await import('./once.ts');
  if (flags.wait === false) process.exit(await failAsJson(flags.json, () => submit(request)));
  process.exit(flags.json ? await askForJson(request) : await askAloud(request));
}
