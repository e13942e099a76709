import { BatonError, type LogLevel, parseLogLevel } from '@baton/runtime';

/** What an agent's process is told by whoever starts it. */
export interface HostSettings {
  readonly server: string;
  readonly owner: string;
  /** Undefined leaves it to the runtime's default. */
  readonly heartbeatMs: number | undefined;
  readonly logLevel: LogLevel;
}

/** The settings as environment variables, for `readSettings` on the other side. */
export function writeSettings({
  server,
  owner,
  heartbeatMs,
  logLevel,
}: HostSettings): Record<string, string> {
  return {
    NATS_URL: server,
    BATON_OWNER: owner,
    BATON_LOG_LEVEL: logLevel,
    BATON_HEARTBEAT_MS: heartbeatMs === undefined ? '' : String(heartbeatMs),
  };
}

/** @throws {BatonError} INVALID_ARGUMENT when a variable is missing or makes no sense. */
export function readSettings(env: NodeJS.ProcessEnv): HostSettings {
  const { NATS_URL, BATON_OWNER, BATON_LOG_LEVEL, BATON_HEARTBEAT_MS } = env;
  if (!NATS_URL) throw new BatonError('INVALID_ARGUMENT', 'NATS_URL must name the broker');
  return {
    server: NATS_URL,
    owner: BATON_OWNER || 'default',
    logLevel: parseLogLevel(BATON_LOG_LEVEL || 'info'),
    heartbeatMs: BATON_HEARTBEAT_MS ? Number(BATON_HEARTBEAT_MS) : undefined,
  };
}
