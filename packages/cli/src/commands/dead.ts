import type { Command } from 'commander';
import type { DeadFlags } from '../dead/dead.ts';

const SERVER = 'the broker (default: NATS_URL, then the one "baton up" started here)';

const EXAMPLES = `
Examples:
  $ baton dead list
  $ baton dead show 01K9Z2M3T7V5B8Q0XW4R6Y1NAC
  $ baton dead replay 01K9Z2M3T7V5B8Q0XW4R6Y1NAC
  $ baton dead drop 01K9Z2M3T7V5B8Q0XW4R6Y1NAC`;

/** `baton dead`: durable work that was given up. */
export function declareDead(program: Command): void {
  const dead = program
    .command('dead')
    .description('list, look into, replay or drop durable work that was given up')
    .addHelpText('after', EXAMPLES);
  const load = () => import('../dead/dead.ts');
  dead
    .command('list')
    .description('list the dead letters, oldest first')
    .option('--agent <name>', 'those of one agent only')
    .option('--json', 'print a JSON array')
    .option('--server <url>', SERVER)
    .action(async (flags: DeadFlags) => (await load()).listDead(flags));
  dead
    .command('show')
    .description('show why one was given up, what was tried, and the request')
    .argument('<id>')
    .option('--json', 'print the dead letter as a JSON object')
    .option('--server <url>', SERVER)
    .action(async (id: string, flags: DeadFlags) => (await load()).showDead(id, flags));
  dead
    .command('replay')
    .description('queue the request again, under a new id, which is printed')
    .argument('<id>')
    .option('--json', 'print {"id", "replayOf"}')
    .option('--server <url>', SERVER)
    .action(async (id: string, flags: DeadFlags) => (await load()).replayDead(id, flags));
  dead
    .command('drop')
    .description('throw one away')
    .argument('<id>')
    .option('--json', 'print {"id"}')
    .option('--server <url>', SERVER)
    .action(async (id: string, flags: DeadFlags) => (await load()).dropDead(id, flags));
}
