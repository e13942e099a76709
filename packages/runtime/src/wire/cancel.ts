import { z } from 'zod';

/** What is to be stopped, by the id of its handoff. */
export const CancelRequest = z.looseObject({
  id: z.string().min(1).max(64),
  /** Its time is over; absent when it was given up for another reason. */
  late: z.boolean().optional().catch(undefined),
});
export type CancelRequest = z.infer<typeof CancelRequest>;

/** The answer of an instance that was at work on it and stops. */
export const CancelAnswer = z.looseObject({ agent: z.string() });
export type CancelAnswer = z.infer<typeof CancelAnswer>;
