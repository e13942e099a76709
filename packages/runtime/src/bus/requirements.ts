import type { JetStreamManager, NatsConnection, StreamConfig, StreamInfo } from 'nats';
import { BatonError } from '../wire/error.ts';
import { isAtLeast, MIN_NATS_SERVER } from './broker/version.ts';
import { apiCode } from './jetstream-errors.ts';

/** A stream as it must be: every setting named here carries a promise. */
export type WantedStream = Pick<StreamConfig, 'name' | 'subjects'> & Partial<StreamConfig>;

/** What is wrong with a stream that is there, as a clause ("it drops entries"); undefined when it will do. */
export type Judge = (config: StreamConfig) => string | undefined;

const NO_SUCH_STREAM = 10059;

/**
 * Refuses a broker on which a promise would not hold, before anything is kept there. `what` begins the sentence: "the ledger".
 * @throws {BatonError} FAILED_PRECONDITION when it is too old to keep what it acknowledged, or runs without JetStream;
 * UNAVAILABLE while it is away.
 */
export function requireJetStream({ info }: NatsConnection, what: string): void {
  // What the broker can do is not known while it is away, and no reason to give up for good.
  if (!info) throw new BatonError('UNAVAILABLE', 'the broker is away');
  const { version } = info;
  if (info.jetstream === true && isAtLeast(version)) return;
  const problem = isAtLeast(version) ? 'has JetStream turned off' : `is nats-server ${version}`;
  throw new BatonError(
    'FAILED_PRECONDITION',
    `${what} needs a broker with JetStream, nats-server ${MIN_NATS_SERVER} or newer; this one ${problem}. "npx baton up" starts one that has it`,
  );
}

/**
 * Makes a stream when it is new, and believes what the broker tells of it alone: settings that a broker does not know are
 * dropped silently. How many replicas keep it is the operator's choice: an existing stream is taken as it is if `judge`,
 * by default a comparison of every wanted setting, has no objection.
 * @throws {BatonError} FAILED_PRECONDITION naming the stream and what is wrong with it; the client's own errors.
 */
export async function ensureStream(
  manager: JetStreamManager,
  wanted: WantedStream,
  judge: Judge = (config) => difference(wanted, config),
): Promise<void> {
  const look = () => manager.streams.info(wanted.name);
  const found = await look().catch(async (error: unknown): Promise<StreamInfo> => {
    if (apiCode(error) !== NO_SUCH_STREAM) throw error;
    try {
      const made = await manager.streams.add(wanted);
      refuse(wanted.name, difference(wanted, made.config));
      return made;
    } catch (problem) {
      if (problem instanceof BatonError) throw problem;
      // Another member may have made it at the same moment.
      return await look().catch(() => {
        throw problem;
      });
    }
  });
  refuse(wanted.name, judge(found.config));
}

function refuse(stream: string, problem: string | undefined): void {
  if (problem === undefined) return;
  throw new BatonError(
    'FAILED_PRECONDITION',
    `the stream "${stream}" cannot keep what Baton keeps in it: ${problem}. Change or remove that stream, or use another broker`,
  );
}

function difference(wanted: WantedStream, config: StreamConfig): string | undefined {
  for (const [setting, value] of Object.entries(wanted)) {
    const found: unknown = config[setting as keyof StreamConfig];
    if (JSON.stringify(found) === JSON.stringify(value) || (!found && !value)) continue;
    return `its "${setting}" is ${JSON.stringify(found)}, not ${JSON.stringify(value)}`;
  }
  return undefined;
}
