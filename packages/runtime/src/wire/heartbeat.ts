import { z } from 'zod';
import { decodeJson, encodeJson } from './json.ts';
import { INSTANCE_ID } from './limits.ts';

/** What an instance says of itself: taking work, full, finishing what it has, or gone. */
export const InstanceState = z.enum(['ready', 'busy', 'draining', 'stopped']);
export type InstanceState = z.infer<typeof InstanceState>;

/** The id of an instance's micro service: one subject token, as it is part of the subject that asks for its card. */
export const InstanceId = z.string().regex(INSTANCE_ID, 'must be one subject token');
export type InstanceId = z.infer<typeof InstanceId>;

/** The longest interval that is believed, seconds: an instance must be missed some day. */
export const MAX_INTERVAL_S = 3600;

/** A heartbeat, also the answer of the status endpoint (protocol section 8), with Baton's own fields optional. */
export const Heartbeat = z.looseObject({
  agent: z.string(),
  owner: z.string(),
  session: z.string().optional(),
  instance_id: InstanceId,
  /** UTC, ISO 8601; for people. Liveness goes by the receiver's clock. */
  ts: z.string(),
  interval_s: z.number().positive().max(MAX_INTERVAL_S),
  // Not the protocol's: a host of another make may mean something else by these names, and is alive all the same.
  state: InstanceState.optional().catch(undefined),
  in_flight: z.int().nonnegative().optional().catch(undefined),
  capacity: z.int().positive().optional().catch(undefined),
  /** The id of the broker server at which it takes requests for its free places; absent for one that does not. */
  free_at: z.string().max(128).optional().catch(undefined),
  /** Hash of the agent card, so that a changed card is fetched again. */
  card: z.string().max(128).optional().catch(undefined),
});
export type Heartbeat = z.infer<typeof Heartbeat>;

/** An instance is gone this many intervals after its last beat (protocol section 8). */
export const MISSED_BEATS = 3;

export function encodeHeartbeat(beat: Heartbeat): Uint8Array {
  return encodeJson(beat);
}

/** Reads a heartbeat; undefined when it is malformed, which watchers skip. */
export function decodeHeartbeat(data: Uint8Array): Heartbeat | undefined {
  return Heartbeat.safeParse(decodeJson(data)).data;
}
