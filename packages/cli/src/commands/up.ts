import type { Command } from 'commander';
import type { UpFlags } from '../up/up-request.ts';

const EXAMPLES = `
Examples:
  $ baton up
  $ baton up shop.yaml --detach
  $ baton up --try --once

A mesh file, here mesh.yaml:
  agents:
    customer-service:
      module: "@baton/agents/customer-service"   # a package, or a file such as ./service.ts
    billing-department:
      module: "@baton/agents/billing-department"
      replicas: 2                                # optional, default 1
      env: { LANG: en }                          # optional
      scale: { min: 1, max: 8 }                  # optional: their number follows the load (docs/autoscale.md)
  try:                                           # optional, asked by --try
    - ask: customer-service
      question: "I was charged twice"
  owner: default                                 # optional
  heartbeat: 2s                                  # optional`;

/** `baton up`: a broker and the agents of a mesh file, one process a replica, kept up until Ctrl-C. */
export function declareUp(program: Command): void {
  program
    .command('up')
    .description('bring up the agents of a mesh file, and a broker unless one is named')
    .argument('[mesh.yaml]', 'the mesh file (default: mesh.yaml)')
    .option('--detach', 'leave the mesh running; "baton down" stops it')
    .option('--json', 'with --detach: print what is up as {server, agents}')
    .option('--server <url>', 'use this broker (default: NATS_URL, else one is started)')
    .option(
      '--log-level <level>',
      'trace, debug, info, warn, error or silent (default: info; with --try warn)',
    )
    .option('--no-prefix', "show the agents' log lines without their names before them")
    .option('--try', 'ask the questions of the mesh file once everything is up')
    .option('--once', 'as --try, then stop everything')
    .addHelpText('after', EXAMPLES)
    .action(async (meshFile: string | undefined, flags: UpFlags) => {
      const { up } = await import('../up/up.ts');
      await up(meshFile, flags);
    });
}
