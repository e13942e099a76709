import type { Command } from 'commander';
import type { AskFlags } from '../ask/flags.ts';

const EXAMPLES = `
Examples:
  $ baton ask customer-service "where is my parcel?"
  $ baton ask billing-department "what is VAT?" --trace --timeout 10s
  $ cat letter.txt | baton ask customer-service -
  $ baton ask billing-department "refund order 4711" --durable --no-wait
  $ baton ask customer-service --batch questions.csv --column text --out answers.jsonl

Exit status: 0 when there is an answer, else that of the error's code (docs/errors.md). With --batch 0 when every row
was answered; that of the code when none was and all failed with the same one; else 1. 130 after Ctrl-C.`;

/** `baton ask`: one question, its answer streamed to stdout; or every row of a CSV file. */
export function declareAsk(program: Command): void {
  program
    .command('ask')
    .description('ask an agent; its answer goes to stdout and nothing else does')
    .argument('<agent>', 'name of the agent, or owner/name')
    .argument('[question]', 'the question; "-" reads it from stdin')
    .option('--json', 'print one JSON object instead of the text; with --batch, one as the last line')
    .option('--trace', 'show who handed to whom, with durations, on stderr')
    .option('--conversation <id>', 'continue a conversation')
    .option('--user <id>', 'the user on whose behalf you ask')
    .option('--timeout <duration>', 'how long an answer may take: 500ms, 30s (default 2m; with --durable 1h)')
    .option('--durable', 'keep the question until it is answered, whoever dies; its id goes to stderr')
    .option('--no-wait', 'with --durable: print the id and end; "baton result" has the answer later')
    .option('--interactive', 'answer what agents ask back, a line of stdin each (default on a terminal)')
    .option('--server <url>', 'the broker (default: NATS_URL, then the one "baton up" started here)')
    .option('--batch <file.csv>', 'ask every row of a CSV file instead')
    .option('--column <name>', 'with --batch: the column that holds the question')
    .option('--concurrency <n>', 'with --batch: questions in flight at a time (default 8)')
    .option('--limit <n>', 'with --batch: ask the first rows only')
    .option('--out <file.jsonl>', 'with --batch: write one line of JSON a row')
    .addHelpText('after', EXAMPLES)
    .action(async (agent: string, question: string | undefined, flags: AskFlags) => {
      const { ask } = await import('../ask/ask.ts');
      await ask(agent, question, flags);
    });
}
