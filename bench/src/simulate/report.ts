import type { DispatchFigures } from './dispatch.ts';
import type { WatcherCost } from './watcher-cost.ts';

/** The registry with so many agents of one instance each, as seen by one that watches them. */
export interface RegistryRow {
  readonly agents: number;
  /** By the formula: agents by the mean pause between two beats. */
  readonly beatsPerS: number;
  /** What simulated agents did; null where there are more than the simulation was asked for. */
  readonly simulatedBeatsPerS: number | null;
  /** Beats in the busiest 10 ms of the simulation. */
  readonly busiest10Ms: number | null;
  /** From the broker to one watcher of everybody. */
  readonly bytesPerS: number;
  /** Messages the broker sends when everybody watches everybody, as it is today. */
  readonly deliveriesPerS: number;
  /** The same when each agent watches only the ten it hands to: a plan. */
  readonly deliveriesPerSOfTen: number;
  /** Of a core, for one watcher of everybody: beats and sweeps, the connection not counted. */
  readonly cpuShare: number;
  readonly tableMb: number;
  /** What a newcomer is sent when it asks everybody who they are. */
  readonly discoveryMb: number;
}

/** One case of dispatch beside the ideal, one line for all slots. */
export interface DispatchRow extends DispatchFigures {
  readonly workers: number;
  readonly slots: number;
  readonly load: number;
  readonly jobMs: number;
  /** A central queue's, by Erlang's formula. */
  readonly ideal: {
    readonly waits: number;
    readonly meanMs: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
  };
}

/** What `baton bench simulate` has found. The same seed gives the same figures, but for what this machine's CPU and memory say. */
export interface Simulation {
  readonly seed: number;
  readonly agents: number;
  /** The rules that were simulated, as the runtime has them. */
  readonly rules: Readonly<Record<string, number>>;
  readonly registry: readonly RegistryRow[];
  /** From the death of an instance until a watcher drops it; no goodbye is said. */
  readonly deathKnownMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly dispatch: readonly DispatchRow[];
  /** Measured on this machine, now. */
  readonly watcher: WatcherCost;
}
