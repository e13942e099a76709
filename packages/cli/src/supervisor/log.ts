import type { createLog } from '@baton/runtime';

/** The runtime's logger. */
export type Log = Awaited<ReturnType<typeof createLog>>;
