import type { NatsConnection } from 'nats';

/** Of 56 characters, all random but the first: these are more than enough to tell servers apart, and every beat carries them. */
const LENGTH = 12;

/** Which broker server a connection is at now; another one after each start of the broker. */
export function serverIdOf({ info }: NatsConnection): string {
  return info?.server_id.slice(0, LENGTH) ?? '';
}
