const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** As anyone would send an object over bare NATS. */
export function toBytes(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

export function fromBytes(data: Uint8Array): unknown {
  return JSON.parse(decoder.decode(data));
}
