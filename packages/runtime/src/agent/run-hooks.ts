import { throwIfAborted } from '../wire/abort.ts';
import type { Context } from './context.ts';
import { loggable } from './loggable.ts';
import type { Hook } from './plan.ts';

/**
 * Calls hooks in order and stops at the first that throws: for moments that may refuse to go on. A run that was
 * given up takes no such step any more: what a hook does then, nobody would undo.
 */
export async function runHooks(hooks: readonly Hook[], context: Context): Promise<void> {
  for (const hook of hooks) {
    throwIfAborted(context.signal);
    await hook.call(context);
  }
}

/** Calls every hook; one that throws is logged by name: for moments when the answer already exists. */
export async function runLateHooks(hooks: readonly Hook[], context: Context): Promise<void> {
  for (const hook of hooks) {
    try {
      await hook.call(context);
    } catch (error) {
      context.log.error(
        { hook: hook.label, err: loggable(error) },
        'a hook failed; what it would have done is missing',
      );
    }
  }
}
