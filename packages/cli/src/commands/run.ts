import type { Command } from 'commander';
import type { RunFlags } from '../up/run.ts';

const EXAMPLES = `
Examples:
  $ baton run billing.ts
  $ baton run ./billing.js --replicas 4
  $ baton run @baton/agents/billing-department --server nats://127.0.0.1:4222`;

/** `baton run`: the agent one module default-exports, without a mesh file. */
export function declareRun(program: Command): void {
  program
    .command('run')
    .description('launch the agent a .ts or .js file default-exports, and keep it up until Ctrl-C')
    .argument('<file-or-package>', 'the module')
    .option('--replicas <n>', 'how many processes', '1')
    .option(
      '--server <url>',
      'the broker (default: NATS_URL, then the one that runs here, else one is started)',
    )
    .option('--log-level <level>', 'trace, debug, info, warn, error or silent', 'info')
    .option('--no-prefix', "show the agent's log lines without its name before them")
    .addHelpText('after', EXAMPLES)
    .action(async (specifier: string, flags: RunFlags) => {
      const { run } = await import('../up/run.ts');
      await run(specifier, flags);
    });
}
