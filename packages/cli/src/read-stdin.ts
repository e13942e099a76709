import type { Readable } from 'node:stream';
import { BatonError } from '@baton/runtime';

/** No broker can be told to take a larger message; `yes |` must not fill the memory. */
const MAX_BYTES = 64 * 1_048_576;

/**
 * Reads a text to its end, without the line break that ends it. `what` it is names it in errors: "question".
 * @throws {BatonError} INVALID_ARGUMENT when it is not UTF-8, or larger than any broker takes.
 */
export async function readStdin(input: Readable, what: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_BYTES)
      throw new BatonError('INVALID_ARGUMENT', `the ${what} on stdin has more than 64 MB`);
    chunks.push(bytes);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    return text.replace(/\r?\n$/, '');
  } catch (cause) {
    throw new BatonError('INVALID_ARGUMENT', `the ${what} on stdin is not valid UTF-8`, { cause });
  }
}
