import { BatonError } from '../../wire/error.ts';
import { findBrokerFile } from './broker-file.ts';

export interface ResolveOptions {
  /** What the user named on the command line or in code; wins over everything else. */
  readonly server?: string | undefined;
  /** Defaults to the environment of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Defaults to the working folder. */
  readonly cwd?: string | undefined;
}

/** A broker to connect to, and who named it. */
export interface ResolvedServer {
  readonly url: string;
  readonly from: 'option' | 'NATS_URL' | 'broker file';
}

/**
 * Which broker to use: the option, `NATS_URL`, then the one that runs for this folder or one above. Never a guess at port
 * 4222: what listens there may be somebody else's. Nothing is connected to.
 * @throws {BatonError} UNAVAILABLE when nothing names a broker; FAILED_PRECONDITION when a `.baton/broker.json` is damaged.
 */
export async function resolveServer(options: ResolveOptions = {}): Promise<ResolvedServer> {
  const option = options.server?.trim();
  if (option) return { url: option, from: 'option' };
  const named = (options.env ?? process.env).NATS_URL?.trim();
  if (named) return { url: named, from: 'NATS_URL' };

  const cwd = options.cwd ?? process.cwd();
  const running = await findBrokerFile(cwd);
  if (running) return { url: running.url, from: 'broker file' };
  throw new BatonError(
    'UNAVAILABLE',
    `No broker: none runs for ${cwd} or a folder above. Start one with 'npx baton up', or name one with NATS_URL or --server.`,
  );
}
