import { z } from 'zod';
import { Money } from './money.ts';

const NAMED_PRIORITIES = { low: 0, normal: 50, high: 100 } as const;

/** The longest timeout a handoff may ask for, in seconds: one day. */
export const MAX_TIMEOUT_SECONDS = 86_400;

/** The most retries a handoff may ask for. */
const MAX_RETRIES = 5;

/** `low`, `normal` (default), `high`, or a number; higher goes first. */
export const Priority = z.union(
  [z.enum(Object.keys(NAMED_PRIORITIES) as [keyof typeof NAMED_PRIORITIES]), z.number()],
  "must be 'low', 'normal', 'high' or a finite number",
);
export type Priority = z.infer<typeof Priority>;

/** What a handoff says about itself; the author's own keys pass through untouched. */
export const HandoffMetadata = z.looseObject({
  priority: Priority.optional(),
  /** Seconds the target has to answer. */
  timeout: z.number().positive().max(MAX_TIMEOUT_SECONDS).optional(),
  /** How often an agent that is safe to ask twice is asked again when it was lost. Default 0. */
  retries: z.int().nonnegative().max(MAX_RETRIES).optional(),
  /** The most the target may have charged, with all below it. Default: all that is left of the run's budget. */
  budget: Money.optional(),
});
export type HandoffMetadata = z.infer<typeof HandoffMetadata>;

/** A priority as a number: low 0, normal 50, high 100. */
export function priorityValue(priority: Priority | undefined): number {
  return typeof priority === 'number' ? priority : NAMED_PRIORITIES[priority ?? 'normal'];
}
