import type { Bus, Subscription } from './bus/bus.ts';
import { BatonError, ErrorInfo } from './wire/error.ts';

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const decode = (data: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(data));

/** Serves one control subject: JSON in, JSON out; what `handle` throws travels back as an error. */
export function serveControl(bus: Bus, subject: string, handle: (request: unknown) => unknown): Subscription {
  const answer = async (data: Uint8Array): Promise<unknown> => {
    try {
      return { ok: await handle(decode(data)) };
    } catch (thrown) {
      return { error: BatonError.from(thrown).toJSON() };
    }
  };
  return bus.subscribe(subject, ({ reply, data }) => {
    if (reply) void answer(data).then((value) => bus.publish(reply, encode(value)));
  });
}

/** Calls a control subject. @throws {BatonError} what the other side threw; UNAVAILABLE when nobody serves it. */
export async function callControl(bus: Bus, subject: string, call: { request: unknown; timeoutMs: number }) {
  const { data } = await bus.request(subject, encode(call.request), call.timeoutMs);
  const { ok, error } = decode(data) as { ok?: unknown; error?: unknown };
  const failed = ErrorInfo.safeParse(error);
  if (failed.success) throw BatonError.from(failed.data);
  return ok;
}
