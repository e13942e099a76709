import { Command } from 'commander';
import { declareAsk } from './commands/ask.ts';
import { declareAttach } from './commands/attach.ts';
import { declareAutoscale } from './commands/autoscale.ts';
import { declareBench } from './commands/bench.ts';
import { declareBroker } from './commands/broker.ts';
import { declareCancel } from './commands/cancel.ts';
import { declareDead } from './commands/dead.ts';
import { declareDown } from './commands/down.ts';
import { declarePs } from './commands/ps.ts';
import { declareResult } from './commands/result.ts';
import { declareRun } from './commands/run.ts';
import { declareScale } from './commands/scale.ts';
import { declareTickets } from './commands/tickets.ts';
import { declareUp } from './commands/up.ts';

/**
 * The `baton` command. A command file declares its arguments and loads its work only when it is called, so that
 * `baton --help` does not pay for a bus.
 */
export function createProgram(): Command {
  const program = new Command('baton')
    .description('Launch, ask, watch and scale a mesh of AI agents on NATS.')
    .version('0.1.0')
    .showHelpAfterError('(baton <command> --help shows an example)')
    // Inherited by every command: wrong usage is INVALID_ARGUMENT, exit status 2.
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
  for (const declare of [
    declareUp,
    declareDown,
    declareRun,
    declareAsk,
    declareResult,
    declareAttach,
    declareCancel,
    declarePs,
    declareScale,
    declareAutoscale,
    declareTickets,
    declareDead,
    declareBench,
    declareBroker,
  ]) {
    declare(program);
  }
  return program;
}
