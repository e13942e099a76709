import type { Command } from 'commander';

/** `baton broker install`: the nats-server that `baton up` will start, fetched when there is none. */
export function declareBroker(program: Command): void {
  program
    .command('broker')
    .description('the nats-server that "baton up" starts')
    .command('install')
    .description('find a nats-server, or fetch one into .baton/ without root')
    .option(
      '--suite <name>',
      'fetch that of a Debian suite (sid, trixie) instead, to test on; no other command takes it up',
    )
    .option('--json', 'print {path, version, source}')
    .addHelpText('after', '\nExample:\n  $ baton broker install')
    .action(async (options: { json?: boolean; suite?: string }) => {
      const { ensureFromSuite, ensureNatsServer } = await import('../broker/ensure.ts');
      const log = (line: string) => process.stderr.write(`${line}\n`);
      const cwd = process.cwd();
      const binary = await (options.suite === undefined
        ? ensureNatsServer({ cwd, env: process.env, log })
        : ensureFromSuite(options.suite, { cwd, log }));
      const line = options.json ? JSON.stringify(binary) : `nats-server ${binary.version} at ${binary.path}`;
      process.stdout.write(`${line}\n`);
    });
}
