import type { Bus, Subscription } from './bus/bus.ts';
import type { BusMessage } from './bus/inbox.ts';
import { BatonError, ErrorInfo } from './wire/error.ts';
import { decodeJson, encodeJson } from './wire/json.ts';

/** Where a control verb is served; members of one queue share its requests. */
export interface ControlPlace {
  readonly subject: string;
  readonly queue?: string;
}

/** Serves one control subject: JSON in, JSON out; what `handle` throws travels back as an error. */
export function serveControl(
  bus: Bus,
  { subject, queue }: ControlPlace,
  handle: (request: unknown) => unknown,
): Subscription {
  const answer = async (data: Uint8Array): Promise<unknown> => {
    try {
      return { ok: await handle(decodeJson(data)) };
    } catch (thrown) {
      return { error: BatonError.from(thrown).toJSON() };
    }
  };
  const onRequest = ({ reply, data }: BusMessage) => {
    if (!reply) return;
    // Once the connection is closed nobody can be told any more.
    void answer(data)
      .then((value) => bus.publish(reply, encodeJson(value)))
      .catch(() => {});
  };
  return bus.subscribe(subject, onRequest, queue);
}

/** Calls a control subject. @throws {BatonError} what the other side threw; UNAVAILABLE when nobody serves it. */
export async function callControl(bus: Bus, subject: string, call: { request: unknown; timeoutMs: number }) {
  const { data } = await bus.request(subject, encodeJson(call.request), call.timeoutMs);
  const { ok, error } = (decodeJson(data) ?? {}) as { ok?: unknown; error?: unknown };
  const failed = ErrorInfo.safeParse(error);
  if (failed.success) throw BatonError.from(failed.data);
  return ok;
}
