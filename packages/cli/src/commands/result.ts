import type { Command } from 'commander';
import type { ResultFlags } from '../durable/result.ts';

const EXAMPLES = `
Examples:
  $ baton result 01K9Z2M3T7V5B8Q0XW4R6Y1NAC
  $ baton result 01K9Z2M3T7V5B8Q0XW4R6Y1NAC --wait --json

Exit status: 0 when there is an answer; that of UNAVAILABLE while it is under way; else that of the error's code.`;

/** `baton result`: the answer to a question that was asked with `--durable`. */
export function declareResult(program: Command): void {
  program
    .command('result')
    .description('print the answer to a question that was asked with --durable')
    .argument('<id>', 'the id, as "baton ask --durable" printed it')
    .option(
      '--json',
      'print one JSON object, as "baton ask --json" does; {"id", "pending"} while there is none',
    )
    .option('--wait', "wait for it, to the question's deadline")
    .option('--server <url>', 'the broker (default: NATS_URL, then the one "baton up" started here)')
    .addHelpText('after', EXAMPLES)
    .action(async (id: string, flags: ResultFlags) => {
      const { result } = await import('../durable/result.ts');
      await result(id, flags);
    });
}
