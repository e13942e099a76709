import { z } from 'zod';

/** What an instance says of itself: taking work, full, finishing what it has, or gone. */
export const InstanceState = z.enum(['ready', 'busy', 'draining', 'stopped']);
export type InstanceState = z.infer<typeof InstanceState>;

/** A heartbeat, also the answer of the status endpoint (protocol section 8), with Baton's own fields optional. */
export const Heartbeat = z.looseObject({
  agent: z.string(),
  owner: z.string(),
  session: z.string().optional(),
  instance_id: z.string().min(1),
  /** UTC, ISO 8601; for people. Liveness goes by the receiver's clock. */
  ts: z.string(),
  interval_s: z.number().positive(),
  state: InstanceState.optional(),
  in_flight: z.int().nonnegative().optional(),
  capacity: z.int().positive().optional(),
  /** Hash of the agent card, so that a changed card is fetched again. */
  card: z.string().optional(),
});
export type Heartbeat = z.infer<typeof Heartbeat>;

/** An instance is gone this many intervals after its last beat (protocol section 8). */
export const MISSED_BEATS = 3;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeHeartbeat(beat: Heartbeat): Uint8Array {
  return encoder.encode(JSON.stringify(beat));
}

/** Reads a heartbeat; undefined when it is malformed, which watchers skip. */
export function decodeHeartbeat(data: Uint8Array): Heartbeat | undefined {
  try {
    return Heartbeat.safeParse(JSON.parse(decoder.decode(data))).data;
  } catch {
    return undefined;
  }
}
