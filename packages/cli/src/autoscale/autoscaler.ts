import { setTimeout as sleep } from 'node:timers/promises';
import { BatonError } from '@baton/runtime';
import type { AgentScaler, Look } from './agent-scaler.ts';

export interface AutoscalerOptions {
  readonly scalers: readonly AgentScaler[];
  /** Told when the number of an agent's processes was changed. */
  onChange(look: Look): void;
  /** Told why an agent cannot be looked at or scaled; once while the reason stays the same. */
  onTrouble(agent: string, error: BatonError): void;
}

/** How often each agent is looked at. */
const LOOK_EVERY_MS = 1000;
/** After a change that failed nothing is tried for this long: an author has something to mend. */
const PAUSE_MS = 30_000;

/** Looks at each agent every second until the signal is aborted. Trouble does not end it. */
export async function autoscale(options: AutoscalerOptions, signal: AbortSignal): Promise<void> {
  await Promise.all(options.scalers.map((scaler) => follow(scaler, options, signal)));
}

async function follow(
  scaler: AgentScaler,
  { onChange, onTrouble }: AutoscalerOptions,
  signal: AbortSignal,
): Promise<void> {
  let pausedUntil = 0;
  let known = '';
  const note = (thrown: unknown) => {
    const error = BatonError.from(thrown);
    if (!signal.aborted && error.message !== known) onTrouble(scaler.agent, error);
    known = error.message;
  };
  // Not waited for: what is stopped finishes its work first, and more may be wanted meanwhile.
  const act = (look: Look) =>
    scaler.act(look).then(
      (isDone) => isDone && onChange(look),
      (thrown: unknown) => {
        // Those that are late go on starting.
        if (BatonError.from(thrown).code !== 'DEADLINE_EXCEEDED') pausedUntil = performance.now() + PAUSE_MS;
        note(thrown);
      },
    );
  while (!signal.aborted) {
    try {
      const look = await scaler.look();
      if (performance.now() >= pausedUntil) {
        known = '';
        if (!signal.aborted) void act(look);
      }
    } catch (thrown) {
      note(thrown);
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}
