import { z } from 'zod';

/**
 * Bytes that do not travel in the message itself: where they are kept, and what they must be. The bucket is a NATS object
 * store of the answering agent's owner; a reader looks in no other.
 */
export const ObjectRef = z.looseObject({
  bucket: z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'must be the name of a bucket'),
  key: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "-" and "_"'),
  /** In bytes. */
  size: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
});
export type ObjectRef = z.infer<typeof ObjectRef>;

/**
 * The most that is sent or fetched by reference, bytes: 16 MiB of text and room for the JSON around it. What is larger
 * belongs where the agent can fetch it itself.
 */
export const MAX_OBJECT_BYTES = 17 * 1_048_576;
