const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A value as it crosses the bus: JSON in UTF-8. */
export function encodeJson(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** What the bytes say; undefined, which JSON cannot say, when they are no JSON. */
export function decodeJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(data));
  } catch {
    return undefined;
  }
}
