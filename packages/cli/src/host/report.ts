import { ErrorCode } from '@baton/runtime';
import { z } from 'zod';

/** What an agent's process tells its supervisor, once: it is up, or why it will not be. */
export const HostReport = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), agent: z.string(), instance: z.string() }),
  z.object({ type: z.literal('failed'), code: ErrorCode, message: z.string() }),
]);
export type HostReport = z.infer<typeof HostReport>;
