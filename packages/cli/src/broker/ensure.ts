import { findNatsServer, type NatsServerBinary } from '@baton/runtime';
import { installNatsServer } from './install.ts';
import type { Log } from './source.ts';

export interface EnsureOptions {
  /** Where the search begins, and below which a fetched one is put. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Told what is being fetched; never called when one is there. */
  readonly log: Log;
}

/**
 * A nats-server to run: one that is there, else one fetched.
 * @throws {BatonError} FAILED_PRECONDITION when `BATON_NATS_SERVER` names something that does not serve; UNAVAILABLE when none is
 * there and none can be fetched.
 */
export async function ensureNatsServer({ cwd, env, log }: EnsureOptions): Promise<NatsServerBinary> {
  return (await findNatsServer({ env, from: cwd })) ?? installNatsServer({ folder: cwd, log });
}
