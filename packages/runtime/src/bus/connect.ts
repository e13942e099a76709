import { type NatsConnection, connect as natsConnect } from 'nats';
import { BatonError } from '../wire/error.ts';

/** How to reach a broker. */
export interface ConnectOptions {
  /** `nats://host:port`, or several separated by commas. */
  readonly server: string;
  /** Shown by the broker's monitoring. */
  readonly name: string;
  /** How long the first connection may take, milliseconds. Default 2500: the command line promises an answer within 3 s. */
  readonly timeoutMs?: number;
  /** Told what a subscriber threw. Default: it is thrown again, uncaught. */
  readonly onError?: (error: unknown) => void;
  /** Told when the broker has been away for a second. */
  readonly onAway?: () => void;
  /** Told when it is back: for how many milliseconds it was away, and how many messages were not sent meanwhile. */
  readonly onReturn?: (outage: { readonly awayMs: number; readonly dropped: number }) => void;
}

/**
 * Connects, and from then on reconnects for ever: 250 to 500 ms between tries, a silent broker noticed after 4 to 6 s.
 * @throws {BatonError} UNAVAILABLE when no broker answers in time, PERMISSION_DENIED when it refuses.
 */
export async function connectToBroker(options: ConnectOptions): Promise<NatsConnection> {
  const { server, name, timeoutMs = 2500 } = options;
  try {
    return await natsConnect({
      servers: server.split(',').map((each) => each.trim()),
      name,
      timeout: timeoutMs,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      reconnectJitter: 250,
      pingInterval: 2000,
      maxPingOut: 2,
      noAsyncTraces: true,
      ignoreClusterUpdates: false,
    });
  } catch (cause) {
    throw explain(server, cause);
  }
}

function explain(url: string, cause: unknown): BatonError {
  // A password is not for the log.
  const server = url.replace(/\/\/[^@/,]*@/g, '//');
  const code = (cause as { code?: string }).code ?? '';
  if (/AUTH|PERMISSION/.test(code)) {
    return new BatonError('PERMISSION_DENIED', `the broker at ${server} refused the connection: ${code}`, {
      cause,
    });
  }
  return new BatonError(
    'UNAVAILABLE',
    `no broker answers at ${server}. Start one with "npx baton up", or name another with --server or NATS_URL`,
    { cause },
  );
}
