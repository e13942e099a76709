import type { Command } from 'commander';
import type { DownFlags } from '../up/down.ts';

/** `baton down`: stops the mesh of this folder. */
export function declareDown(program: Command): void {
  program
    .command('down')
    .description('stop the mesh that is up in this folder or above; agents finish what they have begun')
    .option('--json', 'print {stopped, pid}')
    .addHelpText('after', '\nExample:\n  $ baton up --detach\n  $ baton down')
    .action(async (flags: DownFlags) => {
      const { down } = await import('../up/down.ts');
      await down(flags);
    });
}
