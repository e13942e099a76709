import { join, parse } from 'node:path';
import { BatonError, findNatsServer, type NatsServerBinary } from '@baton/runtime';
import { installNatsServer } from './install.ts';
import { aptSources, SUITES } from './install-apt.ts';
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

/**
 * The nats-server of one of Debian's suites, fetched unless it was before, apart from the one that `baton up` starts: for testing
 * on another version.
 * @throws {BatonError} INVALID_ARGUMENT for a suite that is none, UNAVAILABLE when it cannot be fetched.
 */
export async function ensureFromSuite(
  name: string,
  { cwd, log }: Omit<EnsureOptions, 'env'>,
): Promise<NatsServerBinary> {
  const suite = SUITES.find((each) => each === name);
  if (!suite) {
    throw new BatonError(
      'INVALID_ARGUMENT',
      `"--suite" must be ${SUITES.join(' or ')}, not ${JSON.stringify(name)}`,
    );
  }
  const env = { PATH: join(cwd, '.baton', 'nats-server', suite) };
  const found = await findNatsServer({ env, from: parse(cwd).root, systemFolders: [] });
  return found ?? installNatsServer({ folder: cwd, apart: suite, sources: await aptSources([suite]), log });
}
