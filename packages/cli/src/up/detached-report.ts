import { ErrorCode } from '@baton/runtime';
import { z } from 'zod';
import { MeshSummary } from './summary.ts';

/** What a detached mesh tells the command that started it, until it is up or has failed. */
export const DetachedReport = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), text: z.string() }),
  z.object({ type: z.literal('up'), summary: MeshSummary }),
  z.object({ type: z.literal('failed'), code: ErrorCode, message: z.string() }),
]);
export type DetachedReport = z.infer<typeof DetachedReport>;

/** Set for a process that was started by `baton up --detach`. */
export const DETACHED_VARIABLE = 'BATON_DETACHED';

/** The way to the command that waits; undefined for a process nobody detached. Its agents are not to inherit the variable. */
export function takeDetachedReporter(): ((report: DetachedReport) => void) | undefined {
  const isDetached = process.env[DETACHED_VARIABLE] === '1' && process.send !== undefined;
  delete process.env[DETACHED_VARIABLE];
  if (!isDetached) return undefined;
  return (report) => {
    // Whoever waited may have gone away.
    if (process.connected) process.send?.(report, undefined, undefined, () => {});
  };
}
