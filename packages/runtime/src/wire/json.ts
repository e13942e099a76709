const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Text as UTF-8. Node's own way takes a quarter of the time of the one that browsers have too. */
export const encodeText: (text: string) => Uint8Array =
  typeof Buffer === 'undefined' ? (text) => encoder.encode(text) : (text) => Buffer.from(text);

/** A value as it crosses the bus: JSON in UTF-8; no bytes for undefined, which JSON cannot say. */
export function encodeJson(value: unknown): Uint8Array {
  const text: string | undefined = JSON.stringify(value);
  return encodeText(text ?? '');
}

/** What the bytes say; undefined, which JSON cannot say, when they are no JSON. */
export function decodeJson(data: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(data));
  } catch {
    return undefined;
  }
}
